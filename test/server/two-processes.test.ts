import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { callback, type EndpointProcess, reservation, startProcess } from './endpoint-process.js';

const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
const RUNS = join(folder, 'runs');
const endpoints: EndpointProcess[] = [];

/** How often the handler ran for a reservation, in whatever process. */
function runs({ fields }: ReturnType<typeof reservation>): number {
  return readFileSync(RUNS, 'utf8')
    .split('\n')
    .filter((line) => line === fields.ReservationSid).length;
}

beforeAll(async () => {
  writeFileSync(RUNS, '');
  const start = () => startProcess({ REDIS_URL: inject('redisUrl'), RUNS });
  endpoints.push(...(await Promise.all([start(), start(), start()])));
});
afterAll(() => {
  for (const endpoint of endpoints) endpoint.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe.concurrent('endpoints on one Redis', () => {
  test('run one reservation once, however often it is sent to either: 50 answers, byte for byte the same', async () => {
    const about = reservation(100);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => callback(endpoints[i % 2]!.url, about)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]!.body).toContain('"instruction":"redirect"');
    expect(runs(about)).toBe(1);
  });

  test('answer the fallback request in time when the process that ran a 1.5 s handler is killed', async () => {
    const [, other, victim] = endpoints as [EndpointProcess, EndpointProcess, EndpointProcess];
    const about = reservation(1_500);
    const primary = callback(victim.url, about).catch(() => 'cut');
    await sleep(700);
    victim.kill('SIGKILL');
    expect(await primary).toBe('cut');
    const fallback = await callback(other.url, about, '/assignment/fallback');
    expect(fallback).toMatchObject({
      status: 200,
      body: expect.stringContaining('"instruction":"redirect"'),
    });
    expect(fallback.ms).toBeLessThan(4_000);
    expect(runs(about)).toBe(2);
  });

  test('answer 504 at the deadline of a 7 s handler, and the fallback request gets its instruction', async () => {
    const [one, other] = endpoints as [EndpointProcess, EndpointProcess];
    const about = reservation(7_000);
    const primary = await callback(one.url, about);
    expect(primary).toMatchObject({ status: 504 });
    expect(primary.ms).toBeGreaterThan(3_900);
    expect(primary.ms).toBeLessThan(4_900);
    const fallback = await callback(other.url, about, '/assignment/fallback');
    expect(fallback).toMatchObject({
      status: 200,
      body: expect.stringContaining('"instruction":"redirect"'),
    });
    expect(fallback.ms).toBeLessThan(4_000);
    expect(runs(about)).toBe(1);
  });
});
