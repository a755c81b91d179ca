import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LogOutput } from '../../src/server/log-output.js';
import { freePort } from '../support/redis.js';
import { callback, FIXTURES, reservation, TOKEN, until } from './endpoint-process.js';

type Written = (error: NodeJS.ErrnoException | null, written: number) => void;
const disk = vi.hoisted(() => ({
  text: '',
  calls: 0,
  /** How many bytes it takes of the next writes, or what it fails with. */
  next: [] as (number | string)[],
}));

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  write(_fd: number, bytes: Buffer, then: Written) {
    disk.calls += 1;
    const next = disk.next.shift();
    setImmediate(() => {
      if (typeof next === 'string') return then(Object.assign(new Error(next), { code: next }), 0);
      const taken = Math.min(next ?? bytes.length, bytes.length);
      disk.text += bytes.subarray(0, taken).toString();
      then(null, taken);
    });
  },
}));

function output(maxWaiting?: number) {
  disk.text = '';
  disk.next = [];
  return new LogOutput(99, maxWaiting === undefined ? {} : { maxWaiting });
}

const ended = (log: LogOutput) => new Promise<void>((resolve) => log.end(resolve));
const lines = () => disk.text.split('\n').filter((line) => line !== '');

describe('the log', () => {
  test('is written in order, a part at a time', async () => {
    const log = output();
    disk.next = [3, 'EAGAIN', 1, 'EINTR', 2];
    for (let i = 0; i < 5; i += 1) log.write(`line ${i}\n`);
    await ended(log);
    expect(lines()).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
    expect(log.dropped).toBe(0);
  });

  test.each(['ENOSPC', 'EIO', 'EPIPE', 'EBADF', 'EDQUOT'])(
    'that fails with %s drops its lines, counts them, goes on, and says so',
    async (code) => {
      const log = output();
      disk.next = [code];
      log.write('lost 1\n');
      log.write('lost 2\n');
      await ended(log);
      expect(log.dropped).toBe(2);
      log.write('kept\n');
      await ended(log);
      await ended(log);
      expect(lines()[0]).toBe('kept');
      expect(JSON.parse(lines()[1]!)).toMatchObject({ level: 'warn', lines: 2, code });
    },
  );

  test('that fills the disk in the middle of a line goes on with a line of its own', async () => {
    const log = output();
    disk.next = [12, 'ENOSPC'];
    log.write('{"a":1}\n{"b":2}\n{"c":3}\n');
    await ended(log);
    log.write('{"d":4}\n');
    await ended(log);
    expect(lines().slice(0, 3)).toEqual(['{"a":1}', '{"b"', '{"d":4}']);
    expect(log.dropped).toBe(2);
  });

  test('that nobody reads is kept up to a bound, and what is beyond it is counted', async () => {
    const log = output(100);
    disk.next = Array<string>(3).fill('EAGAIN');
    for (let i = 0; i < 50; i += 1) log.write('0123456789\n');
    expect(log.dropped).toBe(41);
    await ended(log);
    expect(lines().slice(0, 9)).toEqual(Array(9).fill('0123456789'));
  });

  test('that never takes a byte holds an ending process up for a second, one that fails not at all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const log = output();
    disk.next = Array<string>(1_000).fill('EAGAIN');
    log.write('a\n');
    const done = vi.fn();
    log.end(done);
    await vi.advanceTimersByTimeAsync(950);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(done).toHaveBeenCalledOnce();
    const failing = output();
    disk.next = ['ENOSPC'];
    failing.write('a\n');
    const at = performance.now();
    await ended(failing);
    expect(performance.now() - at).toBeLessThan(500);
  });
});

/** `serve` with its streams led to these. */
async function serve(stdout: number | 'pipe', stderr: number | 'pipe' | 'ignore') {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve'], {
    env: {
      PATH: process.env.PATH,
      TWILIO_AUTH_TOKEN: TOKEN,
      HANDLERS_DIR: FIXTURES,
      HOST: '127.0.0.1',
      PORT: String(port),
    },
    stdio: ['ignore', stdout, stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status === 200, 25_000);
  return { child, url };
}

async function answersAndEnds({ child, url }: Awaited<ReturnType<typeof serve>>): Promise<string> {
  for (let i = 0; i < 5; i += 1) {
    expect(await callback(url, reservation(0))).toMatchObject({ status: 200 });
    await sleep(120);
  }
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const began = performance.now();
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(performance.now() - began).toBeLessThan(3_000);
  return metrics;
}

describe('an endpoint whose output', () => {
  test('is a full disk answers, counts the lines, and ends', async () => {
    const full = openSync('/dev/full', 'w');
    const metrics = await answersAndEnds(await serve(full, full));
    expect(Number(/^taskrouter_log_lines_dropped_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(4);
  });

  test('is a pipe whose reader has gone answers, counts the lines, and ends', async () => {
    const started = await serve('pipe', 'pipe');
    started.child.stdout!.destroy();
    started.child.stderr!.destroy();
    const metrics = await answersAndEnds(started);
    expect(Number(/^taskrouter_log_lines_dropped_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(3);
  });

  test('is a file has all its lines there when it has ended', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'log-')), 'out');
    await answersAndEnds(await serve(openSync(path, 'w'), 'ignore'));
    const messages = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    expect(messages.filter((message) => message === 'callback')).toHaveLength(5);
    expect(messages.at(-1)).toMatch(/has stopped/);
  });
});
