import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dataFolder, proxyCertificate, TWILIO_HOSTS } from '../../src/cli/proxy-certificate.js';

const base = mkdtempSync(join(tmpdir(), 'proxy-certificate-'));
afterAll(() => rmSync(base, { recursive: true }));
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2030, 0, 1);

describe('the certificate of the proxy', () => {
  test('is for the two hosts and no others, signs nothing else, and its key is its owner’s alone', async () => {
    const folder = join(base, 'first', 'deep');
    const { key, certificate } = await proxyCertificate(folder, NOW);
    const x509 = new X509Certificate(certificate);
    expect(x509.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(TWILIO_HOSTS.map((host) => x509.checkHost(host))).toEqual([...TWILIO_HOSTS]);
    expect([x509.checkHost('api.twilio.com'), x509.checkHost('x.taskrouter.twilio.com')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(x509.ca).toBe(false);
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(statSync(join(folder, 'proxy.pem')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['proxy.pem']);
  });

  test('is kept, and made anew when it is near its end', async () => {
    const folder = join(base, 'kept');
    const first = await proxyCertificate(folder, NOW);
    expect(await proxyCertificate(folder, NOW + 300 * DAY_MS)).toEqual(first);
    const second = await proxyCertificate(folder, NOW + 340 * DAY_MS);
    expect(second.certificate).not.toBe(first.certificate);
    expect(await proxyCertificate(folder, NOW + 341 * DAY_MS)).toEqual(second);
    // A clock that was set back: not valid yet.
    expect(await proxyCertificate(folder, NOW)).not.toEqual(second);
  });

  test.each([
    ['empty', () => ''],
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    [
      'garbage',
      () =>
        '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ],
  ])('that is %s is made anew', async (name, damage) => {
    const folder = join(base, name);
    const first = await proxyCertificate(folder, NOW);
    writeFileSync(join(folder, 'proxy.pem'), damage(readFileSync(join(folder, 'proxy.pem'), 'utf8')));
    const second = await proxyCertificate(folder, NOW);
    expect(second.certificate).not.toBe(first.certificate);
    expect(await proxyCertificate(folder, NOW)).toEqual(second);
  });

  test('whose key belongs to another one is made anew', async () => {
    const folder = join(base, 'mixed');
    const [first, second] = [
      await proxyCertificate(folder, NOW),
      await proxyCertificate(join(base, 'other'), NOW),
    ];
    writeFileSync(join(folder, 'proxy.pem'), first.key + second.certificate);
    expect((await proxyCertificate(folder, NOW)).certificate).not.toBe(second.certificate);
  });

  test('made by several at once is whole', async () => {
    const folder = join(base, 'together');
    await Promise.all(Array.from({ length: 5 }, () => proxyCertificate(folder, NOW)));
    const kept = await proxyCertificate(folder, NOW);
    expect(new X509Certificate(kept.certificate).checkPrivateKey(createPrivateKey(kept.key))).toBe(true);
    expect(readdirSync(folder)).toEqual(['proxy.pem']);
  });

  test.skipIf(process.getuid?.() === 0)('that cannot be kept is said, with what to do', async () => {
    const folder = mkdtempSync(join(base, 'shut-'));
    chmodSync(folder, 0o500);
    await expect(proxyCertificate(join(folder, 'x'), NOW)).rejects.toThrow('set XDG_DATA_HOME');
  });

  test('that cannot be kept because a file is in the way is said too', async () => {
    writeFileSync(join(base, 'file'), '');
    await expect(proxyCertificate(join(base, 'file', 'x'), NOW)).rejects.toThrow('set XDG_DATA_HOME');
  });
});

test('its folder is the user’s own', () => {
  expect(dataFolder({ XDG_DATA_HOME: '/data' })).toBe(join('/data', 'taskrouter-kit'));
  expect(dataFolder({ XDG_DATA_HOME: '' })).toMatch(/taskrouter-kit$/);
});
