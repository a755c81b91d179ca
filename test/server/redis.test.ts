import { createFakeClock } from 'taskrouter-kit/testing';
import { expect, inject, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../src/log.js';
import { connectRedis, firstAttempt } from '../../src/server/redis.js';
import { freePort, startRedis } from '../support/redis.js';
import { until } from './endpoint-process.js';

function connect(...[url, log, clock]: Parameters<typeof connectRedis>) {
  const redis = connectRedis(url, log, clock);
  onTestFinished(() => redis.disconnect());
  return redis;
}

test('a command fails at once while there is no connection: nothing waits for one', async () => {
  const redis = connect(inject('redisUrl'), silentLogger);
  await expect(redis.ping()).rejects.toThrow(/enableOfflineQueue/);
  await firstAttempt(redis);
  expect(await redis.ping()).toBe('PONG');
});

test('a connection that goes silent is given up and made anew', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const redis = connect(server.url, silentLogger);
  await firstAttempt(redis);
  server.freeze();
  await expect(redis.ping()).rejects.toThrow();
  server.thaw();
  await until(() => redis.status === 'ready');
  expect(await redis.ping()).toBe('PONG');
});

test('a Redis that stays away is logged once in 10 s, with the number of failures since', async () => {
  const clock = createFakeClock();
  const lines: object[] = [];
  const log = { ...silentLogger, warn: (fields: object) => void lines.push(fields) };
  const redis = connect(`redis://127.0.0.1:${await freePort()}`, log, clock);
  let tries = 0;
  redis.on('close', () => {
    tries += 1;
  });
  await until(() => tries === 3);
  expect(lines).toHaveLength(1);
  await clock.advance(10_000);
  await until(() => lines.length === 2);
  expect(lines).toMatchObject([{ errors: 1 }, { errors: 3 }]);
});
