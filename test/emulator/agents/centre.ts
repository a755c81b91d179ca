import { type JWTPayload, SignJWT } from 'jose';
import { createEmulator, type Emulator, type EmulatorOptions } from 'taskrouter-kit/emulator';
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import type { Logger } from '../../../src/log.js';

/** A centre with two agents and a supervisor, and what tests of agents call it by. */
export interface Centre {
  readonly emulator: Emulator;
  readonly workspaceSid: string;
  readonly workers: { readonly Ann: string; readonly Bob: string; readonly Sue: string };
  /** `http://127.0.0.1:…/v1/wschannels`. */
  readonly http: string;
  readonly ws: string;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
}

export const API_KEY = `SK${'1'.repeat(32)}`;
export const SECRET = 'a secret of thirty-two characters';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export async function startCentre(options: EmulatorOptions = {}): Promise<Centre> {
  const logged: string[] = [];
  const write = (fields: unknown, message?: string) => {
    logged.push(
      JSON.stringify([fields, message], (_key, value) => (value instanceof Error ? `${value.stack}` : value)),
    );
  };
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  const emulator = await createEmulator({
    clock: 'virtual',
    apiKeys: { [API_KEY]: SECRET },
    log,
    ...options,
  });
  open.push(() => emulator.close());
  const { workspaceSid, workers } = emulator.seed({
    workers: {
      Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } },
      Bob: { activity: 'Offline', attributes: { contact_uri: 'client:bob' } },
      Sue: { activity: 'Offline', attributes: { contact_uri: 'client:sue' } },
    },
    taskQueues: { Everyone: {} },
    workflows: { Default: { defaultQueue: 'Everyone' } },
  });
  const http = `${emulator.url}/v1/wschannels`;
  return { emulator, workspaceSid, workers, http, ws: http.replace('http', 'ws'), logged };
}

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly message?: string;
    readonly code?: number;
    readonly payload?: Record<string, unknown>;
  };
}

/** Makes one call as an agent; `url` is below the workspace. */
export async function call(
  { http, workspaceSid }: Centre,
  token: unknown,
  method: string,
  url: string,
  params: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return post(
    http,
    JSON.stringify({ url: `Workspaces/${workspaceSid}/${url}`, method, params, token }),
    headers,
  );
}

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** What a server would sign: changed claims and header over a good access token for Ann. */
export async function sign(
  { emulator, workspaceSid, workers }: Centre,
  {
    claims = {},
    grant = {},
    header = {},
    secret = SECRET,
  }: { claims?: JWTPayload; grant?: object; header?: object; secret?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const task_router = { workspace_sid: workspaceSid, worker_sid: workers.Ann, role: 'worker', ...grant };
  return new SignJWT({
    iss: API_KEY,
    sub: emulator.accountSid,
    jti: 'x',
    iat: now,
    exp: now + 60,
    grants: { identity: 'ann', task_router },
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', ...header })
    .sign(new TextEncoder().encode(secret));
}

/** A bare socket: what it hears, and how it ends. */
export interface BareSocket {
  readonly ws: WebSocket;
  readonly heard: { readonly event_type: string; readonly payload: Record<string, unknown> }[];
  /** The type of every event so far. */
  types(): string[];
  /** The first event of this type, past or to come. */
  next(type: string): Promise<Record<string, unknown>>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export function connect(
  { ws: base }: Centre,
  token: string,
  query = '',
  headers: Record<string, string> = {},
): BareSocket {
  const ws = new WebSocket(`${base}?token=${encodeURIComponent(token)}&clientVersion=2.1.1${query}`, {
    headers,
  });
  open.push(() => ws.terminate());
  const heard: BareSocket['heard'] = [];
  const waiting: { type: string; resolve: (payload: Record<string, unknown>) => void }[] = [];
  ws.on('error', () => {});
  ws.on('message', (data) => {
    const text = String(data);
    if (text.trim() === '') return;
    const message = JSON.parse(text) as BareSocket['heard'][number];
    heard.push(message);
    for (const one of waiting.filter(({ type }) => type === message.event_type)) one.resolve(message.payload);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return {
    ws,
    heard,
    types: () => heard.map(({ event_type }) => event_type),
    next: (type) =>
      new Promise((resolve) => {
        const before = heard.find(({ event_type }) => event_type === type);
        if (before) resolve(before.payload);
        else waiting.push({ type, resolve });
      }),
    closed,
  };
}
