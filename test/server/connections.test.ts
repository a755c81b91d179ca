import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { assignmentRequest, sid } from 'taskrouter-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { TOKEN } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';

test('beyond MAX_CONNECTIONS they are closed at once, which is logged; those that are open go on', async () => {
  const endpoint = await startHere({ MAX_CONNECTIONS: '10' });
  const port = Number(new URL(endpoint.url).port);
  const sockets: Socket[] = [];
  onTestFinished(() => void sockets.forEach((socket) => void socket.destroy()));
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  for (let index = 0; index < 10; index++) await open();
  await once(await open(), 'close');
  expect(endpoint.lines.find(({ message }) => message.includes('MAX_CONNECTIONS'))?.fields).toEqual({
    dropped: 1,
    most: 10,
  });
  sockets[0]!.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = (await once(sockets[0]!, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
});

test('signed callbacks of unknown age, and pairs of account and workspace that are not listed, are counted', async () => {
  const [account, workspace] = [sid('AC'), sid('WS')];
  const endpoint = await startHere({
    PUBLIC_URL: 'https://hooks.example.com',
    ACCOUNTS: `${account}:${workspace}`,
  });
  const send = async (fields: Record<string, string | undefined>) => {
    const path = '/taskrouter/assignment';
    const given = { AccountSid: account, WorkspaceSid: workspace, ...fields };
    const request = assignmentRequest({
      url: `https://hooks.example.com${path}`,
      authToken: TOKEN,
      fields: given,
    });
    return (await fetch(endpoint.url + path, { ...request, body: request.body })).status;
  };
  expect(await send({})).toBe(200);
  expect(await send({ Timestamp: undefined })).toBe(200);
  expect(await send({ Timestamp: 'yesterday' })).toBe(200);
  expect(await send({ WorkspaceSid: sid('WS') })).toBe(403);
  expect(await metric(endpoint, 'taskrouter_callbacks_of_unknown_age_total{route="assignment"}')).toBe(2);
  expect(await metric(endpoint, 'taskrouter_signature_failures_total{reason="foreign-workspace"}')).toBe(1);
});
