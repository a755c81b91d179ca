import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../clock.js';
import type { EngineEvent } from '../engine/index.js';
import { EngineRefusal } from '../engine/refusal.js';
import type { World } from '../world/world.js';
import { Backlog, type BacklogLimits } from './backlog.js';
import { checkChannel } from './calls/permissions.js';
import { payloadOf } from './events/payload.js';
import { workersOf } from './events/recipients.js';
import { oldAddress } from './http.js';
import { FOREIGN, type Origins } from './origins.js';
import { Presence } from './presence.js';
import type { Grant } from './tokens/grant.js';
import { refused } from './tokens/refused.js';
import { verifyToken } from './tokens/verify-token.js';

/** Twilio sends a blank every 15 s, and the SDK takes a silence of 30 s for a lost connection. */
const HEARTBEAT_MS = 15_000;
/** The SDK never sends a frame. */
const LONGEST_FRAME = 4_096;
/** This machine's, not Twilio's. */
const MOST_SOCKETS = 10_000;
/** The longest that timers of JavaScript know: the SDK's would fire at once above it. */
const LONGEST_LIFETIME_MS = 2 ** 31 - 1;
/** How long a client may take to answer the closing of its socket: as the emulator ends, and before. */
const CLOSING_MS = { atEnd: 250, before: 2_000 } as const;

const PATH = '/v1/wschannels';
/** twilio-taskrouter shows the reason of any closing as the message of `disconnected`. */
const CLOSE = { ended: 1000, stopping: 1001, refused: 1008, replaced: 1012 } as const;

export interface SocketParts {
  readonly world: World;
  readonly origins: Origins;
  /** Beats and waits, on the machine's own clock. Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly backlog?: BacklogLimits | undefined;
}

interface Socket {
  readonly ws: WebSocket;
  readonly workerSid: string;
  /** Sent something since the last beat, a pong at least? */
  alive: boolean;
}

/** The sockets of agents: who is connected, and what each hears. */
export class AgentSockets {
  readonly #parts: SocketParts;
  readonly #clock: Clock;
  readonly #byWorker = new Map<string, Set<Socket>>();
  readonly #presence: Presence;
  /** Those of {@link #byWorker}, and those that are closing or were refused. */
  readonly #all = new Set<WebSocket>();
  readonly #backlog: Backlog;
  #server: Promise<WebSocketServer> | undefined;
  /** Handshakes under way. */
  #pending = 0;
  #beating = false;
  #closed = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#backlog = new Backlog(this.#all, parts.backlog);
    this.#presence = new Presence(parts.world, this.#clock, (workerSid) => this.#byWorker.has(workerSid));
  }

  /** How many are open. */
  get size(): number {
    return this.#all.size + this.#pending;
  }

  /** Takes an HTTP upgrade. What is none of ours is refused: nothing else of an emulator is a WebSocket. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const ignore = () => {};
    // Until there is a WebSocket nobody else listens, and an error nobody hears ends the process.
    stream.on('error', ignore);
    const url = new URL(request.url ?? '/', 'http://emulator');
    const refusal = this.#refusalOf(request, url.pathname);
    if (refusal) {
      refuseUpgrade(stream, refusal);
      return;
    }
    this.#pending += 1;
    let verdict: Grant | EngineRefusal;
    try {
      verdict = await this.#admitted(url.searchParams);
    } catch (error) {
      verdict = error instanceof EngineRefusal ? error : new EngineRefusal(500, 20500, 'the emulator failed');
      if (verdict !== error) this.#parts.world.log.error({ error }, 'the socket of an agent failed');
    }
    const server = await this.#webSocketServer();
    this.#pending -= 1;
    if (this.#closed || stream.destroyed) {
      stream.destroy();
      return;
    }
    stream.off('error', ignore);
    // Called at once: what is no proper handshake is answered by the library, and never comes here.
    server.handleUpgrade(request, stream, head, (ws) => {
      this.#all.add(ws);
      ws.once('close', () => this.#all.delete(ws));
      // Whatever is wrong with a frame, the library closes the socket.
      ws.on('error', ignore);
      if (verdict instanceof EngineRefusal) this.#end(ws, CLOSE.refused, verdict.message);
      else this.#open(ws, verdict, url.searchParams);
    });
  }

  #refusalOf(request: IncomingMessage, path: string): EngineRefusal | undefined {
    if (path.startsWith(`${PATH}/`)) return oldAddress();
    if (path !== PATH) return new EngineRefusal(404, 20404, `WebSockets are only at ${PATH}`);
    if (!this.#parts.origins.admits(request)) return new EngineRefusal(403, 20003, FOREIGN);
    if (this.#closed) return new EngineRefusal(503, 20503, 'The emulator is stopping');
    return this.size < MOST_SOCKETS
      ? undefined
      : new EngineRefusal(503, 20503, `${MOST_SOCKETS} sockets are open: close some`);
  }

  /** @throws {EngineRefusal} for a token that opens no socket. */
  async #admitted(query: URLSearchParams): Promise<Grant> {
    const grant = await verifyToken(this.#parts.world, query.get('token'));
    checkChannel(grant, 'GET', this.#parts.world.accountSid);
    if (grant.workerSid === undefined) throw refused(20106, 'a socket is for a worker, and it names none');
    return grant;
  }

  #webSocketServer(): Promise<WebSocketServer> {
    // Loaded by the first socket. Compressing costs more than the loopback does.
    this.#server ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          clientTracking: false,
          maxPayload: LONGEST_FRAME,
          perMessageDeflate: false,
        }),
    );
    return this.#server;
  }

  #open(ws: WebSocket, grant: Grant, query: URLSearchParams): void {
    const { world } = this.#parts;
    const { workerSid, workspaceSid, expiresAt } = grant;
    const socket: Socket = { ws, workerSid: workerSid!, alive: true };
    if (query.get('closeExistingSessions') === 'true') this.#closeAll(workerSid!, CLOSE.ended, REPLACED);
    const sockets = this.#byWorker.get(workerSid!) ?? new Set();
    this.#byWorker.set(workerSid!, sockets.add(socket));
    const goesOffline = query.get('setWorkerOfflineIfDisconnected') === 'true';
    ws.on('pong', () => {
      socket.alive = true;
    });
    ws.once('close', () => {
      this.#forget(socket);
      if (goesOffline && !this.#closed) this.#presence.left(workspaceSid, workerSid!);
    });
    const lifetime = Math.min(Math.max(0, expiresAt - Date.now()), LONGEST_LIFETIME_MS);
    this.#send(socket, 'init', {
      channel_id: workerSid,
      account_sid: world.accountSid,
      workspace_sid: workspaceSid,
      token_lifetime: lifetime,
    });
    this.#beat();
  }

  #forget(socket: Socket): void {
    const sockets = this.#byWorker.get(socket.workerSid);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#byWorker.delete(socket.workerSid);
  }

  /** Tells an event of the engine to those it concerns, as it was when it happened. */
  hear(event: EngineEvent): void {
    if (this.#byWorker.size === 0) return;
    const { world } = this.#parts;
    const view = world.workspaces.get(event.workspaceSid);
    let told: Buffer | undefined;
    for (const workerSid of workersOf(event, view)) {
      const sockets = this.#byWorker.get(workerSid);
      if (!sockets) continue;
      told ??= message(event.type, payloadOf(event, view, world.accountSid));
      for (const socket of sockets) this.#write(socket, told);
    }
    if (event.type === 'worker.deleted') this.#closeAll(event.resourceSid, CLOSE.refused, GONE);
  }

  #send(socket: Socket, type: string, payload: object): void {
    this.#write(socket, message(type, payload));
  }

  #write({ ws }: Socket, text: Buffer): void {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(text, { binary: false });
    this.#backlog.wrote(ws);
  }

  /** A blank for everybody, while there is anybody. Who has not answered the ping before is gone. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#clock.setTimeout(() => {
      this.#beating = false;
      for (const sockets of this.#byWorker.values()) {
        for (const socket of sockets) {
          if (!socket.alive) {
            socket.ws.terminate();
            continue;
          }
          socket.alive = false;
          socket.ws.ping();
          this.#write(socket, BLANK);
        }
      }
      if (this.#byWorker.size > 0) this.#beat();
    }, HEARTBEAT_MS);
  }

  #closeAll(workerSid: string, code: number, reason: string): void {
    const sockets = this.#byWorker.get(workerSid) ?? [];
    this.#byWorker.delete(workerSid);
    for (const { ws } of sockets) this.#end(ws, code, reason);
  }

  /** Closes a socket; a client that does not answer that in time is cut off, because it holds a place. */
  #end(ws: WebSocket, code: number, reason: string, withinMs: number = CLOSING_MS.before): void {
    const late = this.#clock.setTimeout(() => ws.terminate(), withinMs);
    ws.once('close', () => this.#clock.clearTimeout(late));
    close(ws, code, reason);
  }

  /** The state was replaced under them: each comes back by itself and reads everything anew. */
  replaced(): void {
    this.#presence.stop();
    for (const workerSid of this.#byWorker.keys()) this.#closeAll(workerSid, CLOSE.replaced, RESTORED);
  }

  /** Closes every socket; whoever does not answer is cut off. No worker goes offline by it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#presence.stop();
    await Promise.all(
      [...this.#all].map(
        (ws) =>
          new Promise<void>((resolve) => {
            ws.once('close', () => resolve());
            this.#end(ws, CLOSE.stopping, STOPPING, CLOSING_MS.atEnd);
          }),
      ),
    );
  }
}

const REPLACED = 'Another session of this worker was opened with closeExistingSessions';
const GONE = 'The worker was deleted';
const RESTORED = "The emulator's state was replaced";
const STOPPING = 'The emulator is stopping';

/** Encoded once, however many sockets hear it. */
const message = (event_type: string, payload: object) => Buffer.from(JSON.stringify({ event_type, payload }));
const BLANK = Buffer.from(' ');

/** A reason has room for 123 bytes. */
function close(ws: WebSocket, code: number, reason: string): void {
  ws.close(code, Buffer.byteLength(reason) <= 123 ? reason : `${reason.slice(0, 120)}...`);
}

function refuseUpgrade(stream: Duplex, { status, twilioCode: code, message: text }: EngineRefusal): void {
  const body = JSON.stringify({ code, message: text, status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy());
}
