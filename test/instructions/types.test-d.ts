/** What must compile and what must not. Checked by the compiler, never run. */
import {
  accept,
  call,
  conference,
  type Decision,
  defer,
  dequeue,
  encodeCallback,
  encodeReservationUpdate,
  type Instruction,
  isDecision,
  redirect,
  reject,
  supervise,
} from '../../src/instructions/index.js';

interface Context {
  readonly task: { readonly attributes: { readonly from: string } };
}
declare function onAssignment(
  handler: Instruction | ((ctx: Context) => Decision<Context> | Promise<Decision<Context>>),
): void;
declare const maybe: number | undefined;

// An option may be undefined, and names of regions are open.
dequeue({ timeout: maybe });
conference({ region: 'se9', beep: false });

// A fixed instruction, a function, a deferred answer: the context reaches `run` without being named.
onAssignment(reject({ activity: 'Offline' }));
onAssignment(({ task }) => conference({ from: task.attributes.from }));
onAssignment(() => defer());
onAssignment(() =>
  defer(({ task }) => (task.attributes.from === '' ? reject() : accept()), { withinMs: 8_000 }),
);
onAssignment(async () => defer(async ({ task }) => conference({ from: task.attributes.from })));
onAssignment(() => defer(() => accept(), { onFailure: reject() }));

// Narrowing a handler's return keeps its context.
declare const returned: Decision<Context>;
if (isDecision(returned) && returned.instruction === 'defer')
  returned.run?.({ task: { attributes: { from: '' } } });
encodeCallback(returned);

// @ts-expect-error supervise cannot be said in a callback
onAssignment(() => supervise({ supervisor: 'client:ada', supervisorMode: 'barge' }));
// @ts-expect-error a handler must return
onAssignment(() => {});
// @ts-expect-error the context has no such thing
onAssignment(() => defer((ctx) => accept({ via: ctx.reservation })));
// @ts-expect-error onFailure is an instruction, not another delay
onAssignment(() => defer(() => accept(), { onFailure: defer() }));
// @ts-expect-error a delay cannot be fixed by REST
encodeReservationUpdate(defer());
// @ts-expect-error supervise cannot be said in a callback
encodeCallback(supervise({ supervisor: 'client:ada', supervisorMode: 'barge' }));
// @ts-expect-error the wire name of an option is not its name
reject({ activity_sid: 'WA' });
// @ts-expect-error accept has no options of its own
accept({ activity: 'Offline' });
// @ts-expect-error call needs a caller id
call({ url: 'https://x.example/' });
// @ts-expect-error and an undefined one is none
call({ url: 'https://x.example/', from: undefined });
// @ts-expect-error redirect needs the call
redirect({ url: 'https://x.example/' });
// @ts-expect-error a list is an array
dequeue({ statusCallbackEvents: 'answered,completed' });
// @ts-expect-error of known events
dequeue({ statusCallbackEvents: ['busy'] });
// @ts-expect-error numbers are numbers
dequeue({ timeout: '20' });
// @ts-expect-error flags are booleans
conference({ muted: 'true' });
// @ts-expect-error from a closed list
conference({ recordingChannels: 'stereo' });
// @ts-expect-error the only other way is REST
accept({ via: 'callback' });
// @ts-expect-error supervise knows one way only
supervise({ supervisor: 'client:ada', supervisorMode: 'barge', via: 'rest' });
// @ts-expect-error what passes through is flat
accept({ passthrough: { deep: {} } });
// @ts-expect-error an instruction is read-only
accept().instruction = 'accept';
// @ts-expect-error written by hand, accept is not left to chance
export const byHand: Instruction = { instruction: 'redirect', callSid: 'CA', url: 'https://x.example/' };
