import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../src/server/redis-url.js';

test('one host is a server, and its URL is left as it is', () => {
  const url = 'rediss://user:p%40ss@redis.example.com:6380/2?family=6';
  expect(parseRedisUrl(url)).toEqual({ kind: 'server', url, username: 'user', password: 'p@ss' });
});

test('several hosts are a cluster, each with its port or the usual one', () => {
  expect(parseRedisUrl('redis://:p%3Ass@one,two:7001,[::1]:7002/0')).toEqual({
    kind: 'cluster',
    tls: false,
    password: 'p:ss',
    nodes: [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
      { host: '::1', port: 7002 },
    ],
  });
});

test('a cluster that is known by one host has a scheme of its own', () => {
  expect(parseRedisUrl('rediss+cluster://config.example.com:6380')).toEqual({
    kind: 'cluster',
    tls: true,
    nodes: [{ host: 'config.example.com', port: 6380 }],
  });
});

test('Sentinels have their own port, name and password', () => {
  expect(
    parseRedisUrl(
      'redis+sentinel://app:secret@one,two:26380/my%20main/3?sentinelUsername=s&sentinelPassword=o%26',
    ),
  ).toEqual({
    kind: 'sentinel',
    tls: false,
    sentinels: [
      { host: 'one', port: 26379 },
      { host: 'two', port: 26380 },
    ],
    name: 'my main',
    db: 3,
    username: 'app',
    password: 'secret',
    sentinelUsername: 's',
    sentinelPassword: 'o&',
  });
});
