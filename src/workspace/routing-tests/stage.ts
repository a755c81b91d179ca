import { fillWorkspace } from '../../emulator/apply-definition.js';
import {
  createEngine,
  type Engine,
  type EngineObserver,
  formatExplanation,
  seededSid,
} from '../../emulator/engine/index.js';
import type { WorkspaceView } from '../../emulator/engine/types.js';
import type { CheckedDefinition } from '../definition/index.js';
import type { Choices } from '../simulate/day/centre.js';
import { relativeDates } from './moments.js';

/** When tests begin: any date will do. */
const ORIGIN = Date.UTC(2026, 0, 1);
/** Nothing is forgotten while a test may still ask. */
const FOREVER_MS = 400 * 86_400_000;

/** An engine with a definition, whose time goes from one timer to the next. */
export class Stage {
  readonly engine: Engine;
  readonly workspaceSid: string;
  readonly view: WorkspaceView;
  readonly sids: ReturnType<typeof fillWorkspace>;
  #now = ORIGIN;

  /** @throws {SeedRefusal} with the path of what TaskRouter would refuse. */
  constructor(definition: CheckedDefinition, choices: Choices, observer?: EngineObserver) {
    this.engine = createEngine({
      ...choices,
      now: () => this.#now,
      sid: seededSid(1),
      purgeAfterMs: FOREVER_MS,
      ...(observer === undefined ? {} : { observer }),
    });
    this.workspaceSid = this.engine.dispatch('createWorkspace', {
      friendlyName: definition.friendlyName ?? 'Workspace',
      multiTaskEnabled: definition.multiTaskEnabled,
    }).sid;
    this.sids = fillWorkspace(this.engine, this.workspaceSid, definition);
    this.view = this.engine.workspaces.get(this.workspaceSid)!;
  }

  /** Milliseconds since the beginning. */
  get time(): number {
    return this.#now - ORIGIN;
  }

  /** The engine's time as milliseconds since the beginning. */
  sinceBeginning(at: number): number {
    return at - ORIGIN;
  }

  /** Lets time pass, timer by timer; `seen` looks after each. */
  advanceTo(ms: number, seen: () => void = () => {}): void {
    const until = ORIGIN + ms;
    for (
      let due = this.engine.nextTimerAt();
      due !== undefined && due <= until;
      due = this.engine.nextTimerAt()
    ) {
      this.#now = Math.max(this.#now, due);
      this.engine.runTimersUntil(this.#now);
      seen();
    }
    this.#now = Math.max(this.#now, until);
    this.engine.runTimersUntil(this.#now);
  }

  /** Why a task is where it is, with times since the beginning. */
  explain(sid: string, name?: string): string {
    const text = relativeDates(formatExplanation(this.engine.explain(this.workspaceSid, sid)), ORIGIN);
    return name === undefined ? text : text.replace(`Task ${sid}`, `Task ${name}`);
  }
}
