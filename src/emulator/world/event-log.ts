import type { EngineEvent } from '../engine/events/outputs.js';
import { Recent } from './recent.js';

/** How long Twilio keeps events: twilio.com/docs/taskrouter/api/event. */
export const EVENTS_KEPT_MS = 30 * 86_400_000;

/** How many events of one workspace are kept at most. Twilio has no such limit; memory has. */
const MOST_EVENTS = 20_000;

/** Every event that happened, by workspace: what `/Events` lists and what statistics are counted from. */
export class EventLog {
  readonly #workspaces = new Map<string, Recent<EngineEvent>>();

  add(event: EngineEvent): void {
    if (event.type === 'workspace.deleted') {
      this.#workspaces.delete(event.workspaceSid);
      return;
    }
    let recent = this.#workspaces.get(event.workspaceSid);
    if (!recent) {
      recent = new Recent(MOST_EVENTS);
      this.#workspaces.set(event.workspaceSid, recent);
    }
    recent.push(event);
  }

  /** Events of one workspace from `start` to `end` (milliseconds, both included), oldest first. */
  between(workspaceSid: string, start: number, end: number): readonly EngineEvent[] {
    const all = this.#workspaces.get(workspaceSid)?.list() ?? [];
    return all.filter(({ at }) => at >= start && at <= end);
  }

  /** One event, by SID. */
  get(workspaceSid: string, sid: string): EngineEvent | undefined {
    return this.#workspaces
      .get(workspaceSid)
      ?.list()
      .find((event) => event.sid === sid);
  }

  /** Keeps these in place of what was kept. */
  replace(events: readonly EngineEvent[]): void {
    this.#workspaces.clear();
    for (const event of events) this.add(event);
  }

  /** Everything kept, as plain data. */
  snapshot(): readonly EngineEvent[] {
    return [...this.#workspaces.values()].flatMap((recent) => recent.list());
  }
}
