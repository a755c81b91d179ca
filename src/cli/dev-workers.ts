import type { Emulator, EmulatorEvent, Seeded } from '../emulator/index.js';
import type { WorkspaceDefinition } from '../workspace/index.js';

/**
 * Calls the emulator's REST API, as a worker's screen or the Console would.
 *
 * @throws {Error} saying what was refused, and why.
 */
export async function rest(
  { url, accountSid, authToken }: Pick<Emulator, 'url' | 'accountSid' | 'authToken'>,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const response = await fetch(`${url}/v1/Workspaces/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
    body: new URLSearchParams(fields),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`POST /v1/Workspaces/${path} was refused: ${response.status} ${answer}`);
}

/** The instructions that leave it to the worker's own screen to accept. */
const LEFT_OPEN = new Set([undefined, 'defer', 'redirect', 'call']);
const STEP_PAUSE = 0.5;
/** A worker no call could be put through to stays away for so long, else the same call would come again. */
const AWAY_MS = 20_000;

/**
 * Simulated workers: they accept on their screens what a handler left open, finish their chats and tickets, wrap up,
 * and come back to work. `ms` is how long each of these takes.
 *
 * @param onRefused - told why what a worker did was refused: the reservation ended meanwhile, as a rule.
 * @returns the function that ends it.
 */
export function startWorkers(
  emulator: Emulator,
  { workspaceSid, activities }: Seeded<WorkspaceDefinition>,
  ms: number,
  onRefused: (error: unknown) => void,
): () => void {
  let ended = false;
  const timers = new Set<NodeJS.Timeout>();
  const later = (pause: number, path: string, fields: Readonly<Record<string, string>>) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      rest(emulator, `${workspaceSid}/${path}`, fields).catch((error: unknown) => {
        // An emulator that closes hangs up.
        if (!ended) onRefused(error);
      });
    }, pause);
    timers.add(timer);
  };

  const unwatch = emulator.watch((news: EmulatorEvent) => {
    if (news.kind === 'delivery') {
      const open = news.callback === 'assignment' && news.status === 200 && LEFT_OPEN.has(news.instruction);
      if (open) {
        later(ms * STEP_PAUSE, `Tasks/${news.taskSid}/Reservations/${news.reservationSid}`, {
          ReservationStatus: 'accepted',
        });
      }
    } else if (news.kind === 'event') {
      const { TaskSid, WorkerSid, WorkerActivitySid, TaskChannelUniqueName } = news.data;
      const done = { AssignmentStatus: 'completed', Reason: 'done' };
      if (news.type === 'reservation.accepted' && TaskChannelUniqueName !== 'voice') {
        later(ms, `Tasks/${TaskSid}`, done);
      } else if (news.type === 'task.wrapup') {
        later(ms * STEP_PAUSE, `Tasks/${TaskSid}`, done);
      } else if (news.type === 'worker.activity.update' && WorkerActivitySid !== activities.Available) {
        later(WorkerActivitySid === activities.Offline ? AWAY_MS : ms, `Workers/${WorkerSid}`, {
          ActivitySid: activities.Available,
        });
      }
    }
  });
  return () => {
    ended = true;
    unwatch();
    for (const timer of timers) clearTimeout(timer);
  };
}
