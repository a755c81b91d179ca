import type { Clock } from '../../src/clock.js';
import { sid, WORKSPACE } from './sids.js';

/** Numbers in [0, 1) from a seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface StoredTask {
  readonly sid: string;
  readonly attributes: string;
}

/** A Twilio behind a `fetch`, that fails at random in all the ways there are. */
export interface FakeTwilio {
  readonly fetch: typeof fetch;
  readonly tasks: readonly StoredTask[];
  /** How often an instruction for a reservation was carried out, by its SID. */
  readonly instructions: ReadonlyMap<string, number>;
  /** How often one was sent, apart from what was answered 429. */
  readonly sent: ReadonlyMap<string, number>;
  /** How many requests failed. */
  readonly faults: number;
  /** How many list requests came in too fast. */
  readonly tooFast: number;
}

const refused = () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
  return new TypeError('fetch failed', { cause });
};
const reset = () =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
  });
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

export function fakeTwilio(clock: Clock, random: () => number, faultRate: number): FakeTwilio {
  const tasks: StoredTask[] = [];
  const byKey = new Map<string, StoredTask[]>();
  const instructions = new Map<string, number>();
  const sent = new Map<string, number>();
  const looks: number[] = [];
  let faults = 0;
  let tooFast = 0;

  const never = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  function process(method: string, path: string, form: URLSearchParams): Response {
    const reservation = /\/Reservations\/(WR\w+)$/.exec(path)?.[1];
    if (reservation !== undefined) {
      instructions.set(reservation, (instructions.get(reservation) ?? 0) + 1);
      return json(200, { sid: reservation, reservation_status: 'accepted' });
    }
    if (method === 'POST') {
      const attributes = form.get('Attributes') ?? '{}';
      const key = String((JSON.parse(attributes) as { taskrouter_kit_key?: string }).taskrouter_kit_key);
      const task = { sid: sid('WT', tasks.length + 1), attributes };
      tasks.push(task);
      byKey.set(key, [...(byKey.get(key) ?? []), task]);
      return json(201, resource(task));
    }
    const one = /\/Tasks\/(WT\w+)$/.exec(path)?.[1];
    if (one !== undefined) return json(200, resource(tasks[Number.parseInt(one.slice(2), 16) - 1]!));
    const now = clock.now();
    while (looks[0] !== undefined && looks[0] <= now - 1_000) looks.shift();
    looks.push(now);
    if (looks.length > 3) {
      tooFast += 1;
      return json(429, { code: 20429, message: 'Too Many Requests' });
    }
    const keys = [...(form.get('EvaluateTaskAttributes') ?? '').matchAll(/"(\w+)"/g)].map(
      ([, key]) => key ?? '',
    );
    const found = keys.flatMap((key) => byKey.get(key) ?? []);
    return json(200, { tasks: found.map(resource), meta: { next_page_url: null } });
  }

  const resource = (task: StoredTask) => ({
    ...task,
    workspace_sid: WORKSPACE,
    date_created: '2026-01-01T00:00:00Z',
  });

  return {
    tasks,
    instructions,
    sent,
    get faults() {
      return faults;
    },
    get tooFast() {
      return tooFast;
    },
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const method = init?.method ?? 'GET';
      const signal = init?.signal as AbortSignal;
      const form = method === 'GET' ? url.searchParams : new URLSearchParams(String(init?.body));
      const fault = random() < faultRate ? Math.floor(random() * 10) : undefined;
      if (fault !== undefined) faults += 1;
      if (fault === 0) throw refused();
      if (fault === 1) return json(429, { code: 20429 });
      const reservation = url.pathname.split('/Reservations/')[1];
      if (reservation !== undefined) sent.set(reservation, (sent.get(reservation) ?? 0) + 1);
      const applied = () => process(method, url.pathname, form);
      switch (fault) {
        case undefined:
          return applied();
        case 2:
          throw reset();
        case 3:
          applied();
          throw reset();
        case 4:
          return new Response('<html>busy</html>', { status: 503, headers: { 'retry-after': '1' } });
        case 5:
          applied();
          return json(500, { code: 20500 });
        case 6:
          return never(signal);
        case 7:
          applied();
          return never(signal);
        case 8:
          applied();
          return new Response('{"sid":"WT', { status: 201 });
        default:
          // The connection breaks, and the request is carried out a second later.
          if (method === 'POST') clock.setTimeout(applied, 1_000);
          throw reset();
      }
    },
  };
}
