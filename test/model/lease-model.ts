/*
 * The agreement of several processes about one reservation, small enough to try every order of events. It says what the
 * Redis scripts must do; lease-model.test.ts holds the scripts equal to it, step by step.
 *
 * Time is left out: a lease may pass at any moment. So every clock, fast, slow or standing still, and every pause of a
 * process is among the orders that are tried.
 */

export type Status = 'running' | 'finished' | 'failed';

/** What the store keeps about the reservation. */
export interface Record {
  readonly owner: string;
  readonly attempt: number;
  readonly status: Status;
  /** False once the lease has passed. */
  readonly leased: boolean;
  readonly answer: string;
}

export type Operation =
  | { readonly op: 'acquire'; readonly owner: string; readonly waitedFor: number }
  | { readonly op: 'renew' | 'release'; readonly owner: string; readonly attempt: number }
  | {
      readonly op: 'complete';
      readonly owner: string;
      readonly attempt: number;
      readonly status: 'finished' | 'failed';
      readonly answer: string;
    };

/** `lost` has the state of the run that won. */
export type Reply =
  | { readonly is: 'acquired' | 'running' | 'failed'; readonly attempt: number }
  | { readonly is: 'finished'; readonly answer: string }
  | { readonly is: 'held' | 'stored' | 'released' }
  | { readonly is: 'lost'; readonly winner: Status; readonly attempt: number; readonly answer: string };

/** The store's rules: what one operation makes of a record, in one atomic step. */
export function apply(record: Record | null, operation: Operation): [Record | null, Reply] {
  const { owner } = operation;
  switch (operation.op) {
    case 'acquire': {
      const taken = (attempt: number): [Record, Reply] => [
        { owner, attempt, status: 'running', leased: true, answer: '' },
        { is: 'acquired', attempt },
      ];
      if (record === null) return taken(1);
      const { status, attempt, answer } = record;
      if (status === 'finished') return [record, { is: 'finished', answer }];
      if (status === 'failed') {
        const waited = operation.waitedFor > 0 && attempt >= operation.waitedFor;
        return waited ? [record, { is: 'failed', attempt }] : taken(attempt + 1);
      }
      if (record.owner === owner) return taken(attempt);
      return record.leased ? [record, { is: 'running', attempt }] : taken(attempt + 1);
    }
    case 'renew':
      if (record === null) {
        const { attempt } = operation;
        return [{ owner, attempt, status: 'running', leased: true, answer: '' }, { is: 'held' }];
      }
      if (record.owner !== owner || record.status !== 'running') return [record, lost(record)];
      return [{ ...record, leased: true }, { is: 'held' }];
    case 'complete': {
      const { status, answer, attempt } = operation;
      if (record === null) return [{ owner, attempt, status, leased: false, answer }, { is: 'stored' }];
      if (record.owner !== owner) return [record, lost(record)];
      if (record.status === 'running') return [{ ...record, status, answer }, { is: 'stored' }];
      const same = record.status === status && record.answer === answer;
      return [record, same ? { is: 'stored' } : lost(record)];
    }
    case 'release':
      return [record?.owner === owner && record.status === 'running' ? null : record, { is: 'released' }];
  }
}

const lost = ({ status, attempt, answer }: Record): Reply => ({
  is: 'lost',
  winner: status,
  attempt,
  answer,
});

/** One process that has got the callback. */
interface Process {
  /** `asking` for the run or for another's answer; `handling`, `storing` and `failing` as the owner, as far as it knows. */
  readonly doing: 'asking' | 'handling' | 'storing' | 'failing' | 'closing' | 'answered' | 'refused' | 'dead';
  /** Which of its runs this is. Each has a token of its own. */
  readonly run: number;
  readonly attempt: number;
  readonly waitedFor: number;
  /** What its handler decided, kept even if another run seems to have won. */
  readonly decision: string;
  /** What it answered. */
  readonly answer: string;
  readonly sent: Operation | null;
  readonly reply: Reply | null;
}

export interface World {
  readonly record: Record | null;
  readonly processes: readonly Process[];
  /** An operation whose sender no longer waits for it. It may still arrive. */
  readonly stray: Operation | null;
  /** How often the handler was called. */
  readonly handled: number;
  /** Each answer that was ever stored. */
  readonly stored: readonly string[];
  /** How often each kind of fault may still happen. */
  readonly left: Faults;
}

export interface Faults {
  /** Leases that pass before their run has ended: a process that died, stood still, or was cut off. */
  readonly leases: number;
  readonly crashes: number;
  /** Operations that are lost, applied without a reply, or that arrive late. */
  readonly network: number;
  /** Handlers that throw. */
  readonly throws: number;
  /** Processes that are closed in the middle of a run. */
  readonly closes: number;
  /** Stores that come back empty. */
  readonly emptied: number;
}

export const start = (processes: number, left: Faults): World => ({
  record: null,
  processes: Array.from({ length: processes }, () => ({
    doing: 'asking',
    run: 0,
    attempt: 0,
    waitedFor: 0,
    decision: '',
    answer: '',
    sent: null,
    reply: null,
  })),
  stray: null,
  handled: 0,
  stored: [],
  left,
});

export interface Step {
  readonly what: string;
  readonly to: World;
  /** The operation that the store carried out in this step. */
  readonly applied?: { readonly before: Record | null; readonly operation: Operation; readonly reply: Reply };
}

type Rules = typeof apply;

/** Everything that can happen next. */
export function* steps(world: World, rules: Rules = apply): Generator<Step> {
  const { record, stray, left } = world;
  for (const [index, process] of world.processes.entries()) {
    const with_ = (change: Partial<Process>, more: Partial<World> = {}): World => ({
      ...world,
      ...more,
      processes: world.processes.map((one, i) => (i === index ? { ...one, ...change } : one)),
    });
    const fault = (kind: keyof Faults) => ({ left: { ...left, [kind]: left[kind] - 1 } });
    if (process.doing === 'answered' || process.doing === 'refused' || process.doing === 'dead') continue;
    if (left.crashes > 0) {
      yield {
        what: `${index} dies`,
        to: with_({ doing: 'dead', sent: null, reply: null }, fault('crashes')),
      };
      // What it had sent may still arrive.
      if (process.sent && stray === null) {
        yield {
          what: `${index} dies, and what it sent is on its way`,
          to: with_({ doing: 'dead', sent: null, reply: null }, { ...fault('crashes'), stray: process.sent }),
        };
      }
    }
    if (process.reply) {
      const read = { ...process, sent: null, reply: null, ...reading(process, process.reply) };
      const began = read.doing === 'handling' && process.doing === 'asking';
      yield { what: `${index} reads`, to: with_(read, began ? { handled: world.handled + 1 } : {}) };
      if (left.network > 0) {
        yield {
          what: `${index} never hears of it`,
          to: with_({ sent: null, reply: null }, fault('network')),
        };
      }
    } else if (process.sent) {
      const [after, reply] = rules(record, process.sent);
      yield {
        what: `the store carries out ${process.sent.op} of ${index}`,
        to: with_({ reply }, kept(world, after)),
        applied: { before: record, operation: process.sent, reply },
      };
      if (left.network > 0) {
        yield { what: `${process.sent.op} of ${index} is lost`, to: with_({ sent: null }, fault('network')) };
        if (stray === null) {
          yield {
            what: `${index} gives up ${process.sent.op}, which is on its way`,
            to: with_({ sent: null }, { ...fault('network'), stray: process.sent }),
          };
        }
      }
    } else {
      for (const operation of sendable(process, index)) {
        yield { what: `${index} sends ${operation.op}`, to: with_({ sent: operation }) };
      }
      if (process.doing === 'handling') {
        yield {
          what: `${index} decides`,
          to: with_({ doing: 'storing', decision: token(index, process.run) }),
        };
        if (left.throws > 0) {
          yield { what: `the handler of ${index} throws`, to: with_({ doing: 'failing' }, fault('throws')) };
        }
        if (left.closes > 0) {
          yield { what: `${index} closes`, to: with_({ doing: 'closing' }, fault('closes')) };
        }
      }
    }
  }
  if (stray) {
    const [after, reply] = rules(record, stray);
    yield {
      what: `${stray.op} of ${stray.owner} arrives late`,
      to: { ...world, ...kept(world, after), stray: null },
      applied: { before: record, operation: stray, reply },
    };
  }
  if (record?.status === 'running' && record.leased) {
    const passed = { ...record, leased: false };
    const free = !world.processes.some((process, index) => holds(process, index, record.owner));
    if (free || left.leases > 0) {
      const spent = free ? left : { ...left, leases: left.leases - 1 };
      yield { what: 'the lease passes', to: { ...world, record: passed, left: spent } };
    }
  }
  if (record && left.emptied > 0) {
    yield {
      what: 'the store is emptied',
      to: { ...world, record: null, left: { ...left, emptied: left.emptied - 1 } },
    };
  }
}

/** Whether a live process has this token, and so renews its lease. What nobody renews passes by itself. */
function holds({ doing, run }: Process, index: number, owner: string): boolean {
  return doing !== 'dead' && doing !== 'answered' && doing !== 'refused' && token(index, run) === owner;
}

const token = (index: number, run: number) => `${index}.${run}`;

function* sendable(
  { doing, run, attempt, waitedFor, decision }: Process,
  index: number,
): Generator<Operation> {
  const owner = token(index, run);
  if (doing === 'asking') yield { op: 'acquire', owner, waitedFor };
  if (doing === 'handling') yield { op: 'renew', owner, attempt };
  if (doing === 'storing') yield { op: 'complete', owner, attempt, status: 'finished', answer: decision };
  if (doing === 'failing') yield { op: 'complete', owner, attempt, status: 'failed', answer: '' };
  if (doing === 'closing') yield { op: 'release', owner, attempt };
}

/** A world as a short text: equal texts are equal worlds. */
function keyOf({ record, processes, stray, handled, stored, left }: World): string {
  let key = record
    ? `${record.owner},${record.attempt},${record.status},${record.leased},${record.answer}`
    : '-';
  for (const one of processes) {
    key += `|${one.doing},${one.run},${one.attempt},${one.waitedFor},${one.decision},${one.answer}`;
    key += one.sent ? `,${sentText(one.sent)}` : ',';
    if (one.reply) key += `,${JSON.stringify(one.reply)}`;
  }
  key += stray ? `|${sentText(stray)}` : '|';
  key += `|${handled},${stored.join()}`;
  return `${key}|${left.leases},${left.crashes},${left.network},${left.throws},${left.closes},${left.emptied}`;
}

function sentText(operation: Operation): string {
  const { op, owner } = operation;
  if (op === 'acquire') return `${op} ${owner} ${operation.waitedFor}`;
  const more = op === 'complete' ? ` ${operation.status} ${operation.answer}` : '';
  return `${op} ${owner} ${operation.attempt}${more}`;
}

/** What a process makes of a reply. */
function reading(process: Process, reply: Reply): Partial<Process> {
  const answered = (answer: string): Partial<Process> => ({ doing: 'answered', answer });
  switch (reply.is) {
    case 'acquired':
      // A decision in hand is stored; its handler does not run again.
      return { doing: process.decision === '' ? 'handling' : 'storing', attempt: reply.attempt };
    case 'running':
      return { waitedFor: reply.attempt };
    case 'failed':
      return { doing: 'refused' };
    case 'finished':
      return answered(reply.answer);
    case 'held':
      return {};
    case 'stored':
      return process.doing === 'failing' ? { doing: 'refused' } : answered(process.decision);
    case 'released':
      return { doing: 'dead' };
    case 'lost':
      if (reply.winner === 'finished') return answered(reply.answer);
      // The winner runs, or has failed: asked again under a new token.
      return {
        doing: 'asking',
        run: process.run + 1,
        waitedFor: reply.winner === 'running' ? reply.attempt : 0,
        decision: process.decision,
      };
  }
}

function kept(world: World, after: Record | null): Partial<World> {
  const answer = after?.status === 'finished' ? after.answer : undefined;
  const known = answer === undefined || world.stored.includes(answer);
  return { record: after, stored: known ? world.stored : [...world.stored, answer] };
}

/** What a world breaks of the promise, if anything. */
export function broken(world: World, faults: Faults): string | undefined {
  if (world.stored.length > 1) return `two answers were stored: ${world.stored.join(' and ')}`;
  const answers = new Set(
    world.processes.flatMap(({ doing, answer }) => (doing === 'answered' ? [answer] : [])),
  );
  if (answers.size > 1) return `two answers were sent: ${[...answers].join(' and ')}`;
  for (const answer of answers) {
    if (!world.stored.includes(answer)) return `an answer was sent that was never stored: ${answer}`;
  }
  const { left } = world;
  const kinds = ['leases', 'crashes', 'throws', 'closes'] as const;
  const excuses = kinds.reduce((sum, kind) => sum + faults[kind] - left[kind], 0);
  if (world.handled > 1 + excuses)
    return `the handler was called ${world.handled} times, with ${excuses} reasons`;
  return undefined;
}

/** A world in which every process has ended. */
export const ended = ({ processes }: World): boolean =>
  processes.every(({ doing }) => doing === 'answered' || doing === 'refused' || doing === 'dead');

export interface Explored {
  readonly worlds: number;
  readonly violation: { readonly says: string; readonly trace: readonly string[] } | undefined;
  /** Worlds from which some process can never end, whatever happens. */
  readonly stuck: number;
}

/** Tries every order of events. `seen` is called for each operation of the store. */
export function explore(
  processes: number,
  faults: Faults,
  options: { readonly rules?: Rules; readonly seen?: (applied: NonNullable<Step['applied']>) => void } = {},
): Explored {
  const first = start(processes, faults);
  const ids = new Map<string, number>([[keyOf(first), 0]]);
  const cameFrom: { from: number; what: string }[] = [{ from: -1, what: '' }];
  const before: number[][] = [[]];
  const ends: number[] = [];
  const open: World[] = [first];
  for (let id = 0; id < open.length; id += 1) {
    const world = open[id]!;
    const says = broken(world, faults);
    if (says !== undefined) return { worlds: open.length, violation: { says, trace: traceTo(id) }, stuck: 0 };
    if (ended(world)) ends.push(id);
    for (const { what, to, applied } of steps(world, options.rules)) {
      if (applied) options.seen?.(applied);
      const key = keyOf(to);
      let next = ids.get(key);
      if (next === undefined) {
        next = open.length;
        ids.set(key, next);
        open.push(to);
        cameFrom.push({ from: id, what });
        before.push([]);
      }
      before[next]!.push(id);
    }
  }
  return { worlds: open.length, violation: undefined, stuck: open.length - reaching(ends) };

  function traceTo(id: number): string[] {
    const trace: string[] = [];
    for (let at = id; at > 0; at = cameFrom[at]!.from) trace.unshift(cameFrom[at]!.what);
    return trace;
  }

  /** How many worlds can come to one of these. */
  function reaching(targets: readonly number[]): number {
    const found = new Set(targets);
    const queue = [...targets];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const one of before[at]!) {
        if (found.has(one)) continue;
        found.add(one);
        queue.push(one);
      }
    }
    return found.size;
  }
}
