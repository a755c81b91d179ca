import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findServer, freePort, type PrivateRedis, startRedis, untilReady } from './redis.js';

/** A primary, a replica and three Sentinels that watch them under the name `main`. */
export interface Watched {
  /** As `REDIS_URL` names it. */
  readonly url: string;
  readonly sentinels: readonly number[];
  readonly primary: PrivateRedis;
  readonly replica: PrivateRedis;
  stop(): Promise<void>;
}

/** Starts them, and resolves when each Sentinel knows the others and the replica. */
export async function startSentinels(): Promise<Watched> {
  const primary = await startRedis();
  const replica = await startRedis([
    '--replicaof',
    `127.0.0.1 ${primary.port}`,
    '--repl-diskless-sync-delay',
    '0',
  ]);
  await untilReady(replica.port, 'INFO replication', 'master_link_status:up');
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(primary.port)));
  for (const { port } of sentinels) {
    await untilReady(port, 'SENTINEL master main', 'num-other-sentinels\r\n$1\r\n2');
    await untilReady(port, 'SENTINEL master main', 'num-slaves\r\n$1\r\n1');
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/main`,
    sentinels: sentinels.map(({ port }) => port),
    primary,
    replica,
    async stop() {
      for (const sentinel of sentinels) sentinel.stop();
      await Promise.all([primary.stop(), replica.stop()]);
    },
  };
}

async function startSentinel(watched: number): Promise<{ port: number; stop(): void }> {
  const port = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), 'sentinel-')), 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor main 127.0.0.1 ${watched} 2`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 3000',
    ].join('\n'),
  );
  const child = spawn(findServer()!, [file, '--sentinel'], { stdio: 'ignore' });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  await untilReady(port);
  return {
    port,
    stop() {
      process.off('exit', end);
      end();
    },
  };
}

/** Resolves when a Sentinel names this port as the primary. */
export async function leads(sentinel: number, port: number): Promise<void> {
  const client = new Redis(sentinel, '127.0.0.1');
  try {
    for (;;) {
      const [, now] = (await client.call('SENTINEL', 'get-master-addr-by-name', 'main')) as string[];
      if (Number(now) === port) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    client.disconnect();
  }
}
