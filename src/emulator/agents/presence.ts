import type { Clock, Timer } from '../../clock.js';
import { EngineRefusal } from '../engine/refusal.js';
import type { Activity, WorkspaceView } from '../engine/types.js';
import type { World } from '../world/world.js';

/** How long after its socket ended a worker goes offline: the SDK's own test looks after one second. */
const GRACE_MS = 900;

/** Takes workers offline whose last socket ended, if they asked for it (`setWorkerOfflineIfDisconnected`). */
export class Presence {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #isConnected: (workerSid: string) => boolean;
  readonly #leaving = new Map<string, Timer>();

  constructor(world: World, clock: Clock, isConnected: (workerSid: string) => boolean) {
    this.#world = world;
    this.#clock = clock;
    this.#isConnected = isConnected;
  }

  /** A socket ended whose worker wants to be offline then. One that is back in time stays where it is. */
  left(workspaceSid: string, workerSid: string): void {
    const before = this.#leaving.get(workerSid);
    if (before !== undefined) this.#clock.clearTimeout(before);
    const timer = this.#clock.setTimeout(() => {
      this.#leaving.delete(workerSid);
      if (!this.#isConnected(workerSid)) this.#goOffline(workspaceSid, workerSid);
    }, GRACE_MS);
    this.#leaving.set(workerSid, timer);
  }

  stop(): void {
    for (const timer of this.#leaving.values()) this.#clock.clearTimeout(timer);
    this.#leaving.clear();
  }

  #goOffline(workspaceSid: string, sid: string): void {
    const view = this.#world.workspaces.get(workspaceSid);
    const activity = view && offlineOf(view);
    if (!view?.workers.has(sid) || !activity) return;
    try {
      this.#world.dispatch('updateWorker', { workspaceSid, sid, activitySid: activity.sid });
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
    }
  }
}

/** The activity `Offline`, else the one of timeouts, which is where TaskRouter itself puts a worker who is away. */
function offlineOf({ activities, workspace }: WorkspaceView): Activity | undefined {
  const named = [...activities.values()].find(
    ({ friendlyName, available }) => !available && friendlyName.toLowerCase() === 'offline',
  );
  return named ?? activities.get(workspace.timeoutActivitySid);
}
