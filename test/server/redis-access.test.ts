import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, type PrivateRedis, startRedis } from '../support/redis.js';
import { callback, reservation, startProcess } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';

async function running(flags: readonly string[]): Promise<PrivateRedis> {
  const redis = await startRedis(flags);
  onTestFinished(() => redis.stop());
  return redis;
}

/** The rights that docs/configuration.md lists. */
const RIGHTS = [
  '~taskrouter:*',
  '+@read',
  '+@write',
  '+@scripting',
  '+@connection',
  '+time',
  '+info',
  '+role',
];

test('a user with the documented rights and no others is enough', async () => {
  const redis = await running([]);
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.acl('SETUSER', 'router', 'on', '>p@ss/word', ...RIGHTS);
  const endpoint = await startHere({ REDIS_URL: `redis://router:p%40ss%2Fword@127.0.0.1:${redis.port}` });
  const about = reservation(0);
  expect(await callback(endpoint.url, about)).toMatchObject({ status: 200 });
  expect(await metric(endpoint, 'taskrouter_store_up')).toBe(1);
  expect(await admin.keys('taskrouter:*')).toContainEqual(
    expect.stringContaining(about.fields.ReservationSid!),
  );
  expect(endpoint.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('a server that takes TLS only, with a certificate of its own authority', async () => {
  const { key, certificate } = await selfSigned();
  const port = await freePort();
  const redis = await running(
    ['--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key].concat([
      '--tls-ca-cert-file',
      certificate,
      '--tls-auth-clients',
      'no',
    ]),
  );
  const endpoint = await startProcess({
    REDIS_URL: `rediss://localhost:${port}`,
    NODE_EXTRA_CA_CERTS: certificate,
  });
  onTestFinished(() => endpoint.kill('SIGKILL'));
  const about = reservation(0);
  expect(await callback(endpoint.url, about)).toMatchObject({ status: 200 });
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  expect(await admin.keys('taskrouter:*')).toContainEqual(
    expect.stringContaining(about.fields.ReservationSid!),
  );
});

/** A certificate for `localhost`, signed by itself, as files. */
async function selfSigned(): Promise<{ key: string; certificate: string }> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost',
      notAfter: new Date(Date.now() + 86_400_000),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      keys,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    },
    webcrypto as never,
  );
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  writeFileSync(
    key,
    PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  );
  writeFileSync(certificate, made.toString('pem'));
  return { key, certificate };
}
