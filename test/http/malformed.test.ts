import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import v8 from 'node:v8';
import vm from 'node:vm';
import { accept, createTaskRouter, defer } from 'taskrouter-kit';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { expect, test } from 'vitest';

v8.setFlagsFromString('--expose_gc');
const collect = vm.runInNewContext('gc') as () => void;

test('a thousand malformed requests of every kind: no crash, no handler run, memory back to where it was', async () => {
  let runs = 0;
  const router = createTaskRouter({
    authToken: 'token',
    publicUrl: 'https://hooks.example.com',
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
    .onAssignment(() => {
      runs++;
      return accept();
    })
    .otherwise(defer());
  const server = createServer(router.node());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/taskrouter/assignment`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = (fields: Record<string, string | undefined>, task?: string) =>
    assignmentRequest({
      url: 'https://hooks.example.com/taskrouter/assignment',
      authToken: 'token',
      fields,
      ...(task === undefined ? {} : { task }),
    });
  const kinds: Array<() => RequestInit> = [
    () => ({ method: 'POST', headers: form, body: 'a'.repeat(300_000) }),
    () => ({
      method: 'POST',
      headers: form,
      body: Array.from({ length: 10_000 }, (_, i) => `k${i}=`).join('&'),
    }),
    () => ({ method: 'POST', headers: form, body: new Uint8Array([0x61, 0x3d, 0xff]) }),
    () => ({ method: 'POST', headers: form, body: '__proto__=x&%zz=1' }),
    () => ({ method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' }),
    () => ({ method: 'GET' }),
    () => signed({ ReservationSid: 'nonsense' }),
    () => signed({ TaskSid: undefined }),
    () => signed({}, '{"broken'),
    () => ({ ...signed({}), headers: { ...form, 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } }),
  ];
  const round = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const response = await fetch(url, kinds[i % kinds.length]!());
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect((await response.text()).length).toBeGreaterThan(40);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  try {
    const before = await round(200);
    const after = await round(1_000);
    expect((after - before) / 1e6).toBeLessThan(3);
    expect(runs).toBe(0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
