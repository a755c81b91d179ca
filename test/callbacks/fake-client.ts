import type { CallbackClient } from '../../src/callbacks/client.js';
import type { Instruction } from '../../src/instructions/index.js';

/** A client that keeps what it is told; `fail` makes updates throw and `failRead` looks, `hold` keeps a request back. */
export function fakeClient() {
  const applied: Array<{ readonly reservationSid: string; readonly instruction: Instruction }> = [];
  const names = new Map<string, string>();
  const asked: string[] = [];
  const state = {
    applied,
    names,
    asked,
    status: 'pending',
    channel: undefined as string | undefined,
    reservationTimeout: 120,
    fail: undefined as unknown,
    failRead: undefined as unknown,
    hold: undefined as { readonly at: 'name' | 'look' | 'update'; readonly until: Promise<void> } | undefined,
  };
  const client: CallbackClient = {
    names: {
      get: (_kind, name) => names.get(`known ${name}`),
      async resolve(kind, name) {
        asked.push(`${kind} ${name}`);
        const sid = names.get(name);
        if (state.hold?.at === 'name') await state.hold.until;
        if (sid === undefined) throw new Error(`no ${kind} is called ${name}`);
        names.set(`known ${name}`, sid);
        return sid;
      },
    },
    workspace: () => ({
      reservation: (_taskSid, sid) => ({
        sid,
        async fetch({ signal } = {}) {
          if (state.hold?.at === 'look') await state.hold.until;
          signal?.throwIfAborted();
          if (state.failRead !== undefined) throw state.failRead;
          return { reservationStatus: state.status };
        },
        async apply(instruction, { signal } = {}) {
          if (state.hold?.at === 'update') await state.hold.until;
          signal?.throwIfAborted();
          if (state.fail !== undefined) throw state.fail;
          applied.push({ reservationSid: sid, instruction });
        },
        // As the real one has it: another update.
        accept: async () => {},
      }),
      tasks: { fetch: async () => ({ taskChannelUniqueName: state.channel }) },
      workflows: { fetch: async () => ({ taskReservationTimeout: state.reservationTimeout }) },
    }),
  };
  return { ...state, client, state };
}
