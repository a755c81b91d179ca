import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ACQUIRE, COMPLETE, RELEASE, RENEW, type Script } from '../../src/idempotency/store/redis/scripts.js';
import { apply, explore, type Faults, type Operation, type Record, type Reply } from './lease-model.js';

const NO_FAULTS: Faults = { leases: 0, crashes: 0, network: 0, throws: 0, closes: 0, emptied: 0 };

/** The faults of each exploration, and how many processes have got the callback. */
const EXPLORED: readonly (readonly [number, Partial<Faults>])[] = [
  [2, { leases: 1, crashes: 1, network: 1, throws: 1 }],
  [2, { leases: 1, crashes: 1, network: 1, closes: 1 }],
  [3, { leases: 1 }],
  [3, { crashes: 1 }],
  [3, { network: 1 }],
];

/** Each operation on each record that some order of events leads to. */
const met = new Map<string, { before: Record | null; operation: Operation }>();

describe('every order of events', () => {
  test.each(EXPLORED)(
    '%i processes, %j: one answer stored, that one sent, and nobody stuck',
    (processes, faults) => {
      const { worlds, violation, stuck } = explore(
        processes,
        { ...NO_FAULTS, ...faults },
        {
          seen: ({ before, operation }) =>
            void met.set(JSON.stringify([before, operation]), { before, operation }),
        },
      );
      console.log(`${worlds.toLocaleString('en')} states`);
      expect(violation).toBeUndefined();
      expect(stuck).toBe(0);
    },
  );

  test('a store that comes back empty is outside the promise: the handler may be called twice', () => {
    const { violation } = explore(2, { ...NO_FAULTS, emptied: 1 });
    expect(violation?.says).toBe('the handler was called 2 times, with 0 reasons');
  });
});

describe('a rule that is broken on purpose is found', () => {
  type Rules = typeof apply;
  const stored: Reply = { is: 'stored' };
  const broken: readonly (readonly [string, Rules])[] = [
    [
      'completing without a look at the owner',
      (record, operation) =>
        operation.op === 'complete' && record
          ? [{ ...record, status: operation.status, answer: operation.answer }, stored]
          : apply(record, operation),
    ],
    [
      'acquiring while another lease lasts',
      (record, operation) => apply(record && { ...record, leased: false }, operation),
    ],
    [
      'releasing without a look at the owner',
      (record, operation) =>
        operation.op === 'release' ? [null, { is: 'released' }] : apply(record, operation),
    ],
    [
      'renewing what another run has finished',
      (record, operation) =>
        operation.op === 'renew' && record?.status === 'finished'
          ? [{ ...record, owner: operation.owner, status: 'running', leased: true }, { is: 'held' }]
          : apply(record, operation),
    ],
    [
      'acquiring what is finished',
      (record, operation) =>
        operation.op === 'acquire' && record?.status === 'finished'
          ? apply({ ...record, status: 'running', leased: false }, operation)
          : apply(record, operation),
    ],
    [
      'losing without the state of the winner',
      (record, operation) => {
        const [after, reply] = apply(record, operation);
        return [after, reply.is === 'lost' ? stored : reply];
      },
    ],
  ];
  test.each(broken)('%s', (_what, rules) => {
    const found = [2, 3].some(
      (processes) => explore(processes, { ...NO_FAULTS, leases: 1, closes: 1 }, { rules }).violation,
    );
    expect(found).toBe(true);
  });
});

describe('the Redis scripts', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(inject('redisUrl'));
  });
  afterAll(() => redis.disconnect());

  const FINGERPRINT = 'f';
  const LEASE_MS = 60_000;
  const key = `lease-model:${process.pid}`;

  const SCRIPTS: { readonly [K in Operation['op']]: Script } = {
    acquire: ACQUIRE,
    renew: RENEW,
    complete: COMPLETE,
    release: RELEASE,
  };

  function argumentsOf(operation: Operation): (string | number)[] {
    switch (operation.op) {
      case 'acquire':
        return [FINGERPRINT, operation.owner, LEASE_MS, LEASE_MS, operation.waitedFor];
      case 'renew':
        return [FINGERPRINT, operation.owner, operation.attempt, LEASE_MS, LEASE_MS, 0];
      case 'complete':
        return [
          FINGERPRINT,
          operation.owner,
          operation.attempt,
          LEASE_MS,
          operation.status,
          operation.answer,
        ];
      case 'release':
        return [operation.owner];
    }
  }

  async function write(record: Record | null): Promise<void> {
    await redis.del(key);
    if (record === null) return;
    const { owner, attempt, status, leased, answer } = record;
    const l = leased ? Date.now() + LEASE_MS : 1;
    await redis.hset(key, { f: FINGERPRINT, o: owner, n: attempt, s: status, l, a: answer });
  }

  async function read(): Promise<Record | null> {
    const { o, n, s, l, a } = await redis.hgetall(key);
    if (s === undefined) return null;
    return {
      owner: String(o),
      attempt: Number(n),
      status: s as Record['status'],
      leased: Number(l) > Date.now(),
      answer: String(a),
    };
  }

  function replyOf(reply: unknown): Reply {
    const [is, ...rest] = [reply].flat();
    switch (is) {
      case 'acquired':
      case 'running':
      case 'failed':
        return { is, attempt: Number(rest[0]) };
      case 'finished':
        return { is, answer: String(rest[0]) };
      case 'lost': {
        const winner = rest[0] as Record['status'];
        const [attempt, answer] = winner === 'finished' ? [0, String(rest[1])] : [Number(rest[1]), ''];
        return { is, winner, attempt, answer };
      }
      default:
        return { is: is as 'held' };
    }
  }

  /** A record, or a reply, without what nobody reads any more: the lease of what has ended, the attempt of an answer. */
  const ofRecord = (record: Record | null) =>
    record && { ...record, leased: record.status === 'running' && record.leased };
  const ofReply = (reply: Reply) =>
    reply.is === 'lost' ? { ...reply, attempt: reply.winner === 'finished' ? 0 : reply.attempt } : reply;

  test('do what the model does, for every operation on every record that some order of events leads to', async () => {
    expect(met.size).toBeGreaterThan(100);
    for (const { before, operation } of met.values()) {
      await write(before);
      const { lua } = SCRIPTS[operation.op];
      const reply = replyOf(await redis.eval(lua, 1, key, ...argumentsOf(operation)));
      const [after, said] = apply(before, operation);
      const where = JSON.stringify({ before, operation });
      expect(ofReply(reply), where).toEqual(ofReply(said));
      expect(ofRecord(await read()), where).toEqual(ofRecord(after));
    }
    await redis.del(key);
    console.log(`${met.size} operations compared`);
  });
});
