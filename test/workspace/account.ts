import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { createTaskRouterClient, type TaskRouterClient } from 'taskrouter-kit/rest';
import {
  applyPlan,
  type PlanOptions,
  planWorkspace,
  type WorkspaceDefinition,
} from 'taskrouter-kit/workspace';
import { afterAll, beforeAll } from 'vitest';

/** An emulator that stands for an account, and what tests do with it. */
export interface Account {
  readonly emulator: Emulator;
  readonly client: TaskRouterClient;
  plan(definition: WorkspaceDefinition, options?: PlanOptions): ReturnType<typeof planWorkspace>;
  apply(definition: WorkspaceDefinition, options?: PlanOptions): ReturnType<typeof applyPlan>;
}

/** Opens an account for the tests of a file. */
export function account(): Account {
  let emulator: Emulator;
  let client: TaskRouterClient;
  beforeAll(async () => {
    emulator = await createEmulator({
      clock: 'virtual',
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    client = clientOf(emulator);
  });
  afterAll(() => emulator.close());
  return {
    get emulator() {
      return emulator;
    },
    get client() {
      return client;
    },
    plan: (definition, options) => planWorkspace(client, definition, options),
    apply: async (definition, options) =>
      applyPlan(client, await planWorkspace(client, definition, options), { settleMs: 1 }),
  };
}

/** A client of an emulator, whatever the environment says. */
export const clientOf = ({ accountSid, authToken, url }: Emulator): TaskRouterClient =>
  createTaskRouterClient({
    accountSid,
    authToken,
    baseUrl: url,
    retry: { minDelayMs: 1, maxDelayMs: 1 },
    env: {},
  });
