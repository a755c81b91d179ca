import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { installPackage } from './programs.js';
import { findServer, startRedis, untilReady } from './redis.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The Redis of this test run: shared by all files, so use keys of your own. */
    redisUrl: string;
  }
}

const HOW_TO =
  'The tests need a real Redis: set REDIS_URL, or install redis-server or valkey-server, or start docker.';

type Found = { url: string; stop(): Promise<void> };

/** Vitest's global set-up: finds a Redis, or starts one, and ends it with the test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await (given() ?? local() ?? docker() ?? installed());
  project.provide('redisUrl', redis.url);
  return () => redis.stop();
}

function given(): Promise<Found> | undefined {
  const url = process.env.REDIS_URL;
  return url === undefined || url === '' ? undefined : Promise.resolve({ url, stop: async () => {} });
}

function local(): Promise<Found> | undefined {
  return findServer() === undefined ? undefined : startRedis();
}

function docker(): Promise<Found> | undefined {
  const engine = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
  if (engine.status !== 0) return undefined;
  const run = ['run', '--rm', '--detach', '--publish', '127.0.0.1::6379', 'redis:7-alpine'];
  return (async () => {
    console.log('No redis-server on the PATH: starting one with docker.');
    const docker = async (...args: string[]) => (await promisify(execFile)('docker', args)).stdout.trim();
    const container = await docker(...run);
    const stop = async () => void (await docker('stop', '--time', '0', container));
    try {
      const port = Number((await docker('port', container, '6379/tcp')).split(':').at(-1));
      await untilReady(port);
      return { url: `redis://127.0.0.1:${port}`, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  })();
}

async function installed(): Promise<Found> {
  await installPackage('redis-server', HOW_TO);
  return startRedis();
}
