import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { VARIABLES } from '../../src/server/config.js';
import { startHere } from './in-process.js';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const compose = read('docker-compose.yml');
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  test.each(VARIABLES)('passes %s through', (name) => {
    expect(compose).toMatch(new RegExp(`^ {4}${name}: \\$\\{${name}:`, 'm'));
  });

  test('gives Redis a password, and no container a right or a file it does not need', () => {
    expect(compose).toContain('${REDIS_PASSWORD:?');
    expect(compose).toContain('requirepass');
    for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true', 'mem_limit:']) {
      expect(compose.split(line)).toHaveLength(3);
    }
  });
});

test('every image is named by its digest', () => {
  const images = [...`${compose}\n${dockerfile}`.matchAll(/^(?:FROM|\s+image:) (\S+)/gm)].map(
    ([, image]) => image,
  );
  expect(images).toHaveLength(3);
  for (const image of images) expect(image).toMatch(/^[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
});

describe("the image's health check", () => {
  const [command, ...args] = JSON.parse(/HEALTHCHECK[^[]*(\[.*\])/.exec(dockerfile)?.[1] ?? '[]') as string[];

  async function check(env: Readonly<Record<string, string>>): Promise<number | null> {
    const child = spawn(command!, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
    return (await once(child, 'exit'))[0] as number | null;
  }

  test('finds health beside the callbacks, on a port of its own, and on a host of its own', async () => {
    const beside = await startHere();
    const own = await startHere({ ADMIN_PORT: '0' });
    const other = await startHere({ ADMIN_PORT: '0', ADMIN_HOST: '127.0.0.2' });
    const port = (url: string) => new URL(url).port;
    expect(await check({ PORT: port(beside.url) })).toBe(0);
    expect(await check({ PORT: port(beside.url), HOST: '0.0.0.0', ADMIN_PORT: '' })).toBe(0);
    expect(await check({ PORT: '1', ADMIN_PORT: port(own.adminUrl) })).toBe(0);
    expect(await check({ PORT: '1', ADMIN_PORT: port(other.adminUrl), ADMIN_HOST: '127.0.0.2' })).toBe(0);
    expect(await check({ PORT: '1' })).toBe(1);
  });

  test('ADMIN_PORT is on this machine alone, whatever HOST says', async () => {
    const { adminUrl, url } = await startHere({ HOST: '0.0.0.0', ADMIN_PORT: '0' });
    expect(new URL(adminUrl).hostname).toBe('127.0.0.1');
    const elsewhere = adminUrl.replace('127.0.0.1', '127.0.0.2');
    await expect(fetch(`${elsewhere}/healthz`)).rejects.toThrow();
    expect((await fetch(url.replace('127.0.0.1', '127.0.0.2'))).status).toBe(404);
  });
});

describe('a token that Twilio did not issue', () => {
  const warnings = async (tokens: string) =>
    (await startHere({ TWILIO_AUTH_TOKEN: tokens })).lines.filter(({ message }) =>
      message.includes('fewer than 32 hexadecimal digits'),
    );

  test('is warned about at the start, by its position alone', async () => {
    const good = '0123456789abcdef0123456789ABCDEF';
    expect(await warnings(good)).toEqual([]);
    const found = await warnings(`${good},secret,${good.slice(1)}`);
    expect(found).toMatchObject([{ fields: { position: 2 } }, { fields: { position: 3 } }]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
