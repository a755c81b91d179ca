import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { connect as secure } from 'node:tls';
import { createEmulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { makeCertificate } from '../../src/certificates/index.js';
import { TWILIO_HOSTS } from '../../src/cli/proxy-certificate.js';
import { type Proxy as LocalProxy, startProxy } from '../../src/cli/proxy-server.js';

const HOST = 'taskrouter.twilio.com';
const refused: string[] = [];
const closers: (() => unknown)[] = [];
let pair: Awaited<ReturnType<typeof makeCertificate>>;
let emulator: Awaited<ReturnType<typeof createEmulator>>;
let proxy: LocalProxy;

beforeAll(async () => {
  pair = await makeCertificate({ commonName: 'test', hosts: TWILIO_HOSTS, now: Date.now(), days: 2 });
  emulator = await createEmulator({ port: 0 });
  proxy = await start(emulator.url);
  closers.push(() => emulator.close());
});
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(url: string, passOthers = false): Promise<LocalProxy> {
  const target = new URL(url);
  const onRefused = (host: string) => void refused.push(host);
  const made = await startProxy({ ...pair, target, hosts: TWILIO_HOSTS, passOthers, onRefused });
  closers.push(() => made.close());
  return made;
}

/** Everything until the connection ends. */
function text(socket: Readable): Promise<string> {
  let all = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => {
      all += chunk;
    });
    socket.once('error', reject).once('close', () => resolve(all));
  });
}

/** Sends bytes to the proxy; what it answers until it hangs up. */
async function raw(bytes: string, { port }: Pick<LocalProxy, 'port'> = proxy): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

/** An open tunnel to a host. */
async function tunnel(to: string, { port }: Pick<LocalProxy, 'port'> = proxy): Promise<Socket> {
  const asked = request({ port, method: 'CONNECT', path: to });
  asked.end();
  const [response, socket] = (await once(asked, 'connect')) as [{ statusCode: number }, Socket];
  expect(response.statusCode).toBe(200);
  return socket;
}

const basic = () => `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;

/** One request through a tunnel. */
async function ask(
  {
    servername = HOST,
    host = HOST,
    path = '/v1/Workspaces',
  }: { servername?: string; host?: string; path?: string },
  through = proxy,
): Promise<string> {
  const socket = secure({ socket: await tunnel(`${HOST}:443`, through), servername, ca: pair.certificate });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${basic()}\r\nConnection: close\r\n\r\n`,
  );
  return text(socket);
}

describe('the proxy', () => {
  test('leads to the local TaskRouter, which answers as the host it was called by', async () => {
    const answer = await ask({});
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('https://taskrouter.twilio.com/v1/Workspaces?');
    expect(await ask({ host: `${HOST}:443` })).toMatch(/^HTTP\/1.1 200 /);
  });

  test('refuses other hosts, other ports and what is no authority', async () => {
    for (const [to, status] of [
      ['api.twilio.com:443', 403],
      ['127.0.0.1:22', 403],
      ['[::1]:443', 403],
      [`${HOST}:80`, 403],
      [HOST, 400],
      [`${HOST}:99999`, 400],
      ['a b:443', 400],
    ] as const) {
      expect(await raw(`CONNECT ${to} HTTP/1.1\r\nHost: x\r\n\r\n`), to).toMatch(
        new RegExp(`^HTTP/1.1 ${status} `),
      );
    }
    expect(refused).toContain('api.twilio.com');
  });

  test('takes no second CONNECT for more than what it is: bytes of the first one’s tunnel', async () => {
    const connectTo = (host: string) => `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const both = await raw(connectTo(HOST) + connectTo('api.twilio.com'));
    expect(both.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    const other = await raw(connectTo('api.twilio.com') + connectTo(HOST));
    expect(other.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 403']);
  });

  test('ends a handshake for another name, and refuses another host inside of the tunnel', async () => {
    await expect(ask({ servername: 'api.twilio.com' })).rejects.toThrow();
    expect(await ask({ host: 'api.twilio.com' })).toMatch(/^HTTP\/1.1 421 /);
    expect(await ask({ path: '/_emulator/clock' })).toMatch(/^HTTP\/1.1 403 /);
    // It is still there.
    expect(await ask({})).toMatch(/^HTTP\/1.1 200 /);
  });

  test('takes requests with a whole URL, and nothing that is meant for a server', async () => {
    const headers = `Host: ${HOST}\r\nAuthorization: ${basic()}\r\nConnection: close\r\n\r\n`;
    expect(await raw(`GET https://${HOST}/v1/Workspaces HTTP/1.1\r\n${headers}`)).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw(`GET http://example.com/ HTTP/1.1\r\n${headers}`)).toMatch(/^HTTP\/1.1 403 /);
    expect(await raw(`GET /v1/Workspaces HTTP/1.1\r\n${headers}`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw('\u0016\u0003\u0001 garbage\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('passes other hosts on where that was asked for', async () => {
    const server = createServer((_request, response) => response.end('elsewhere'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const open = await start(emulator.url, true);
    const socket = await tunnel(`127.0.0.1:${port}`, open);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toContain('elsewhere');
    const whole = `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expect(await raw(whole, open)).toContain('elsewhere');
    expect(await raw('CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n', open)).toMatch(/^HTTP\/1.1 502 /);
  });

  test('says so when the local TaskRouter is gone', async () => {
    const gone = await start('http://127.0.0.1:1');
    const answer = await ask({}, gone);
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain('start taskrouter-kit emulate');
  });

  test('carries the sockets of the Worker SDK', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    closers.push(() => server.close());
    server.on('connection', (socket, { headers }) => socket.send(`hello ${headers.host}`));
    const through = await start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const socket = await tunnel('event-bridge.twilio.com:443', through);
    const client = new WebSocket('wss://event-bridge.twilio.com/v1/wschannels', {
      createConnection: () => secure({ socket, servername: 'event-bridge.twilio.com', ca: pair.certificate }),
    });
    const [message] = await once(client, 'message');
    expect(String(message)).toBe('hello event-bridge.twilio.com');
    client.terminate();
  });

  test('leaves no connection open when it ends', async () => {
    const ending = await start(emulator.url);
    const socket = await tunnel(`${HOST}:443`, ending);
    const closed = once(socket, 'close');
    await ending.close();
    await closed;
    await expect(once(connect(ending.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
