import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { createTaskRouterClient, type TaskRouterClient } from 'taskrouter-kit/rest';
import { applyPlan, planWorkspace, type WorkspaceDefinition } from 'taskrouter-kit/workspace';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './account.js';
import { mutate, randomDefinition, seeded } from './random-definition.js';

/** `npm run test:workspace` takes 200. The faults take turns over the steps; WORKSPACE_FAULTS=all has each at every step. */
const DEFINITIONS = Number(process.env.WORKSPACE_DEFINITIONS ?? 3);
const EVERY_FAULT = process.env.WORKSPACE_FAULTS === 'all';

let emulator: Emulator;
/** Without faults, and without `fetch`, which takes twice as long. */
let client: TaskRouterClient;
beforeAll(async () => {
  emulator = await createEmulator({
    clock: 'virtual',
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  client = clientOf(emulator);
});
afterAll(() => emulator.close());

const FAULTS = ['429', '500', '500 after', 'reset', 'killed before', 'killed after'] as const;
type Fault = (typeof FAULTS)[number];

class Killed extends Error {}

/** A client that counts its writes, and meets a fault at one of them. */
function faultyClient(fault?: Fault, at = 0) {
  let writes = 0;
  let dead = false;
  const send: typeof fetch = async (input, init) => {
    if (dead) throw new Killed('killed');
    if (init?.method === 'GET' || init?.method === undefined) return fetch(input, init);
    writes += 1;
    if (writes !== at) return fetch(input, init);
    const answer = (status: number) =>
      new Response('{"code":20001,"message":"a fault"}', {
        status,
        headers: { 'content-type': 'application/json' },
      });
    switch (fault) {
      case '429':
        return answer(429);
      case '500':
        return answer(500);
      case '500 after':
        await (await fetch(input, init)).text();
        return answer(500);
      case 'reset':
        await (await fetch(input, init)).text();
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
        });
      case 'killed after':
        await (await fetch(input, init)).text();
        dead = true;
        throw new Killed('killed');
      default:
        dead = true;
        throw new Killed('killed');
    }
  };
  const client = createTaskRouterClient({
    accountSid: emulator.accountSid,
    authToken: emulator.authToken,
    baseUrl: emulator.url,
    fetch: send,
    retry: { minDelayMs: 1, maxDelayMs: 1, retries: 3 },
    env: {},
  });
  return { client, writes: () => writes, isDead: () => dead };
}

const QUICK = { settleMs: 1 };

async function apply(definition: WorkspaceDefinition, fault?: Fault, at?: number) {
  const faulty = faultyClient(fault, at);
  const planned = await planWorkspace(client, definition);
  let failed = false;
  await applyPlan(faulty.client, planned, QUICK).catch((error) => {
    if (!faulty.isDead()) throw error;
    failed = true;
  });
  return { writes: faulty.writes(), failed };
}

const changesOf = async (definition: WorkspaceDefinition) =>
  (await planWorkspace(client, definition)).plan.changes;

/** Every name once: nothing was created twice. */
function expectNothingTwice(name: string) {
  const all = [...emulator.workspaces.values()].filter(({ workspace }) => workspace.friendlyName === name);
  expect(all).toHaveLength(1);
  const [view] = all;
  for (const kind of ['activities', 'taskQueues', 'workers', 'workflows', 'taskChannels'] as const) {
    const names = [...view![kind].values()].map(({ friendlyName }) => friendlyName);
    expect(new Set(names).size, kind).toBe(names.length);
  }
}

describe('random definitions', () => {
  test.each(Array.from({ length: DEFINITIONS }, (_, seed) => seed))(
    'definition %i is applied, shows exactly its mutation, and survives a fault at every step',
    async (seed) => {
      const random = seeded(seed);
      const name = `Random ${seed}`;
      const definition = randomDefinition(random, name);
      const { writes } = await apply(definition);
      expect(await changesOf(definition)).toEqual([]);

      const { definition: mutated, expected } = mutate(random, definition);
      const changes = await changesOf(mutated);
      expect(changes).toHaveLength(1);
      const { path, ...what } = expected;
      expect(changes[0]).toMatchObject(what);
      if (path !== undefined) expect(changes[0]!.fields.map((field) => field.path)).toEqual([path]);
      await apply(mutated);
      expect(await changesOf(mutated)).toEqual([]);

      for (let at = 1; at <= writes; at += 1) {
        for (const fault of EVERY_FAULT ? FAULTS : [FAULTS[(seed + at) % FAULTS.length]!]) {
          const other = { ...definition, friendlyName: `${name}, ${fault} at ${at}` };
          const first = await apply(other, fault, at);
          if (first.failed) await applyPlan(client, await planWorkspace(client, other), QUICK);
          expect(await changesOf(other), `${fault} at ${at}`).toEqual([]);
          expectNothingTwice(other.friendlyName);
          await removeWorkspace(other.friendlyName);
        }
      }
      await removeWorkspace(name);
    },
    600_000,
  );
});

async function removeWorkspace(friendlyName: string) {
  for (const { sid } of await client.workspaces.list({ friendlyName }).all())
    await client.workspaces.delete(sid);
}
