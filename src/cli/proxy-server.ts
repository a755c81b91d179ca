import { createServer, type IncomingMessage, request, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { KeyAndCertificate } from '../certificates/index.js';

export interface ProxyOptions extends KeyAndCertificate {
  /** Where the local TaskRouter is. */
  readonly target: URL;
  /** The hosts that lead there. */
  readonly hosts: readonly string[];
  /** Are requests to other hosts passed on to them? */
  readonly passOthers: boolean;
  /** Hears of a host that was refused. */
  readonly onRefused: (host: string) => void;
}

export interface Proxy {
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 512;
const HANDSHAKE_MS = 10_000;
const CONNECT_MS = 10_000;
/** Headers that are about one connection, and not about the request: RFC 9110, 7.6.1. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
];

/**
 * An HTTP proxy on a free port of this machine alone. What is for the hosts of TaskRouter is decrypted here and goes to the
 * local one, over HTTP, with the host it was for; the rest is refused or passed on untouched.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { hosts, key, certificate } = options;
  const sockets = new Set<Duplex>();
  const follow = <S extends Duplex>(socket: S): S => {
    sockets.add(socket);
    // A socket without a listener would end the process with its error.
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };

  const secure = createSecureServer({
    key,
    cert: certificate,
    handshakeTimeout: HANDSHAKE_MS,
    SNICallback: (name, done) =>
      done(hosts.includes(name.toLowerCase()) ? null : new Error('This certificate is only for TaskRouter.')),
  });
  secure.on('request', (incoming, response) => forward(options, incoming, response));
  secure.on('upgrade', (incoming, socket, head) => upgrade(options, incoming, follow(socket), head, follow));
  secure.on('tlsClientError', (_error, socket) => socket.destroy());

  const front = createServer((incoming, response) => absolute(options, incoming, response));
  front.maxConnections = MOST_CONNECTIONS;
  front.on('connection', follow);
  front.on('clientError', (_error, socket) => refuse(socket, 400, 'This is not a request for a proxy.'));
  front.on('connect', ({ url = '' }, socket, head) => {
    follow(socket);
    const { host, port } = authority(url);
    if (host === undefined) return refuse(socket, 400, 'CONNECT needs a host and a port.');
    if (isOurs(options, host) && port === 443) {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) socket.unshift(head);
      secure.emit('connection', socket);
      return undefined;
    }
    if (options.passOthers) return tunnel(host, port, socket, head, follow);
    options.onRefused(host);
    return refuse(socket, 403, refusal(options, host));
  });
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (front.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        front.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        front.closeAllConnections();
      }),
  };
}

const isOurs = ({ hosts }: ProxyOptions, host: string) => hosts.includes(host.toLowerCase());

const refusal = ({ hosts }: ProxyOptions, host: string) =>
  `${host} was refused: this proxy only serves ${hosts.join(' and ')}. taskrouter-kit proxy --pass-others passes on other hosts.`;

function authority(text: string): { readonly host: string | undefined; readonly port: number } {
  const [, v6, name, port] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  return Number(port) > 65_535 ? { host: undefined, port: 0 } : { host, port: Number(port) };
}

function refuse(socket: Duplex, status: number, message: string): undefined {
  if (!socket.writable) {
    socket.destroy();
    return undefined;
  }
  const text = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
  return undefined;
}

/** Bytes to another host and back, untouched. */
function tunnel(
  host: string,
  port: number,
  socket: Duplex,
  head: Buffer,
  follow: <S extends Duplex>(socket: S) => S,
): undefined {
  const away: Socket = follow(connect({ host, port, timeout: CONNECT_MS }));
  away.once('timeout', () => away.destroy());
  away.once('error', () => refuse(socket, 502, `${host} cannot be reached.`));
  away.once('connect', () => {
    away.setTimeout(0);
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) away.write(head);
    away.pipe(socket).pipe(away);
  });
  socket.on('close', () => away.destroy());
  away.on('close', () => socket.destroy());
  return undefined;
}

/** A request with its whole URL: some clients send `https` so too, and leave encryption to the proxy. */
function absolute(options: ProxyOptions, incoming: IncomingMessage, response: ServerResponse): void {
  const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url!) : undefined;
  if (url && isOurs(options, url.hostname)) {
    incoming.url = url.pathname + url.search;
    incoming.headers.host = url.host;
    forward(options, incoming, response);
    return;
  }
  if (url?.protocol === 'http:' && options.passOthers) {
    incoming.url = url.pathname + url.search;
    send(url, incoming, response, `${url.host} cannot be reached.`);
    return;
  }
  if (url) options.onRefused(url.hostname);
  const message = url ? refusal(options, url.hostname) : 'This is a proxy, not a server: use CONNECT.';
  response
    .writeHead(url ? 403 : 400, { 'content-type': 'text/plain', connection: 'close' })
    .end(`${message}\n`);
}

function forward(options: ProxyOptions, incoming: IncomingMessage, response: ServerResponse): void {
  const { target } = options;
  const host = (incoming.headers.host ?? '').replace(/:443$/, '');
  if (!isOurs(options, host)) {
    response
      .writeHead(421, { 'content-type': 'text/plain' })
      .end('This connection is only for TaskRouter.\n');
    return;
  }
  incoming.headers['x-forwarded-proto'] = 'https';
  incoming.headers.host = host;
  send(target, incoming, response, notRunning(target));
}

const notRunning = (target: URL) =>
  `Nothing answers at ${target.origin}: start taskrouter-kit emulate, or give --url.`;

function headersOf({ headers }: IncomingMessage) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

function send(target: URL, incoming: IncomingMessage, response: ServerResponse, unreachable: string): void {
  const { method, url: path } = incoming;
  const outgoing = request(
    {
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port: target.port || 80,
      method,
      path,
      headers: headersOf(incoming),
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersOf(answer));
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = { code: 20503, message: unreachable, more_info: '', status: 502 };
    response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** A WebSocket of the Worker SDK. */
function upgrade(
  options: ProxyOptions,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  follow: <S extends Duplex>(socket: S) => S,
): void {
  const { target } = options;
  const { url: path, headers } = incoming;
  if (!isOurs(options, (headers.host ?? '').replace(/:443$/, ''))) {
    refuse(socket, 421, 'This connection is only for TaskRouter.');
    return;
  }
  const outgoing = request({
    ...{ host: target.hostname, port: target.port || 80, path },
    headers: { ...headers, 'x-forwarded-proto': 'https' },
  });
  outgoing.on('upgrade', (answer, away, first) => {
    follow(away);
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    if (first.length > 0) socket.write(first);
    if (head.length > 0) away.write(head);
    away.pipe(socket).pipe(away);
    away.on('close', () => socket.destroy());
    socket.on('close', () => away.destroy());
  });
  outgoing.on('response', (answer) => {
    answer.resume();
    refuse(socket, answer.statusCode ?? 502, 'The local TaskRouter refused the connection.');
  });
  outgoing.on('error', () => refuse(socket, 502, notRunning(target)));
  outgoing.end();
}
