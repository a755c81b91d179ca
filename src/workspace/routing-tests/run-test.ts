import { EngineRefusal, type RoutingStep } from '../../emulator/engine/index.js';
import type { Task } from '../../emulator/engine/types.js';
import { formatMs } from '../checked-file/duration.js';
import type { CheckedDefinition, DefinitionPath } from '../definition/index.js';
import type { Choices } from '../simulate/day/centre.js';
import { filtersOf, withWorkers } from './check-names.js';
import type { Coverage } from './coverage.js';
import type { Action, Expectation, RoutingTest, TestFile } from './file-schema.js';
import { fulfils, type Moment, missing, momentOf, momentWords, sameMoment, wordsOf } from './moments.js';
import { Stage } from './stage.js';

/** What kept a test from passing. */
export interface TestFailure {
  /** Where in the file: `['tests', 0, 'expect', 1]`. */
  readonly path: DefinitionPath;
  /** What was expected, and what was there instead. */
  readonly message: string;
  /** Why the task was where it was. */
  readonly explanation: string;
}

export interface RunTestParts {
  readonly file: TestFile;
  readonly test: RoutingTest;
  /** Its place in the file. */
  readonly index: number;
  readonly definition: CheckedDefinition;
  readonly choices: Choices;
  /** Hears what was reached. */
  readonly coverage?: Coverage | undefined;
}

/** Runs one test on an engine of its own. Every expectation is judged, unless something to do cannot be done. */
export function runTest(parts: RunTestParts): readonly TestFailure[] {
  return new TestRun(parts).run();
}

interface Tracked {
  readonly name: string;
  readonly sid: string;
  step: RoutingStep;
  readonly moments: Moment[];
  /** When TaskRouter deleted it, as it does with what has been assigned for a day. */
  goneAt: number | undefined;
}

class TestRun {
  readonly #parts: RunTestParts;
  readonly #stage: Stage;
  readonly #tasks = new Map<string, Tracked>();
  readonly #bySid = new Map<string, Tracked>();
  readonly #filters = new Map<string, readonly string[]>();
  readonly #failures: TestFailure[] = [];
  #creating: string | undefined;

  constructor(parts: RunTestParts) {
    this.#parts = parts;
    const { definition, file, test, choices, coverage } = parts;
    this.#stage = new Stage(withWorkers(definition, file, test), choices, {
      arrived: (task, step) => {
        this.#arrived(task, step);
        coverage?.arrived(this.#workflowOf(task), step);
      },
      leftStep: (task, step, cause) => {
        if (cause === 'skipped') coverage?.skipped(this.#workflowOf(task), step);
      },
      reservation: ({ taskSid, reservationStatus }) => {
        const tracked = this.#bySid.get(taskSid);
        if (tracked && reservationStatus === 'pending') this.#note(tracked);
      },
    });
    for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
      this.#filters.set(
        this.#stage.sids.workflows.get(name)!,
        filtersOf(workflow).map((filter) => filter.name),
      );
    }
  }

  run(): readonly TestFailure[] {
    const { test } = this.#parts;
    const instants = new Set<number>([
      ...Object.values(test.tasks).map(({ at = 0 }) => at),
      ...(test.do ?? []).map(({ at }) => at),
      ...test.expect.flatMap(({ at, by }) => [at ?? by ?? 0]),
      test.until ?? 0,
    ]);
    for (const instant of [...instants].sort((a, b) => a - b)) {
      this.#stage.advanceTo(instant, () => this.#noteAll());
      this.#noteAll();
      const done = this.#createAt(instant) && this.#doAt(instant);
      this.#noteAll();
      if (!done) return this.#failures;
      this.#judgeAt(instant);
    }
    this.#judgeNever();
    return this.#failures;
  }

  #createAt(instant: number): boolean {
    const { test } = this.#parts;
    for (const [name, task] of Object.entries(test.tasks)) {
      if ((task.at ?? 0) !== instant) continue;
      this.#creating = name;
      const made = this.#attempt(['tasks', name], `task ${name} cannot be created`, name, () => {
        this.#stage.engine.dispatch('createTask', {
          workspaceSid: this.#stage.workspaceSid,
          workflowSid:
            task.workflow === undefined ? undefined : this.#stage.sids.workflows.get(task.workflow),
          attributes: JSON.stringify(task.attributes ?? {}),
          taskChannel: task.taskChannel,
          priority: task.priority,
          timeout: task.timeout === undefined ? undefined : task.timeout / 1_000,
        });
      });
      this.#creating = undefined;
      if (!made) return false;
      this.#noteAll();
    }
    return true;
  }

  #doAt(instant: number): boolean {
    for (const [index, action] of (this.#parts.test.do ?? []).entries()) {
      if (action.at !== instant) continue;
      if (!this.#act(['do', index], action)) return false;
      this.#noteAll();
    }
    return true;
  }

  #act(path: DefinitionPath, action: Action): boolean {
    const { engine, workspaceSid, sids } = this.#stage;
    const { worker, task, activity, attributes, accept, reject, wrapUp, complete, priority, cancel } = action;
    const when = `at ${formatMs(action.at)}`;
    if (task !== undefined) {
      const sid = this.#tasks.get(task)?.sid;
      if (sid === undefined) return this.#fail(path, `${when}, task ${task} does not exist yet.`, task);
      return this.#attempt(path, `${when}, task ${task} cannot be changed`, task, () => {
        if (attributes !== undefined || priority !== undefined) {
          const text = attributes === undefined ? undefined : JSON.stringify(attributes);
          engine.dispatch('updateTask', { workspaceSid, sid, attributes: text, priority });
        }
        if (cancel) engine.dispatch('updateTask', { workspaceSid, sid, assignmentStatus: 'canceled' });
      });
    }
    const workerSid = sids.workers.get(worker!)!;
    const activitySid = activity === undefined ? undefined : sids.activities.get(activity);
    const name = accept ?? reject ?? wrapUp ?? complete;
    if (name === undefined) {
      return this.#attempt(path, `${when}, worker ${worker} cannot be changed`, undefined, () => {
        const text = attributes === undefined ? undefined : JSON.stringify(attributes);
        engine.dispatch('updateWorker', { workspaceSid, sid: workerSid, activitySid, attributes: text });
      });
    }
    const [deed, reservationStatus, from] =
      accept !== undefined
        ? (['accept', 'accepted', ['pending']] as const)
        : reject !== undefined
          ? (['reject', 'rejected', ['pending']] as const)
          : wrapUp !== undefined
            ? (['wrap up', 'wrapping', ['accepted']] as const)
            : (['complete', 'completed', ['accepted', 'wrapping']] as const);
    const cannot = `${when}, ${worker} cannot ${deed} task ${name}`;
    const tracked = this.#tasks.get(name);
    if (!tracked) return this.#fail(path, `${cannot}: it does not exist yet.`, name);
    const reservation = this.#stage.view
      .reservationsOfTask(tracked.sid)
      .find(
        (one) => one.workerSid === workerSid && (from as readonly string[]).includes(one.reservationStatus),
      );
    if (!reservation) {
      const why = from[0] === 'pending' ? 'it is not offered to them' : 'they have not accepted it';
      return this.#fail(path, `${cannot}: ${why}. It is ${momentWords(tracked.moments.at(-1)!)}.`, name);
    }
    const { sid } = reservation;
    return this.#attempt(path, cannot, name, () => {
      const workerActivitySid = reject === undefined ? undefined : activitySid;
      engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus, workerActivitySid });
    });
  }

  #attempt(path: DefinitionPath, cannot: string, task: string | undefined, run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      return this.#fail(path, `${cannot}: ${error.message}`, task);
    }
  }

  #judgeAt(instant: number): void {
    this.#parts.test.expect.forEach((expectation, index) => {
      const { at, by } = expectation;
      if ((at ?? by) !== instant) return;
      this.#judge(['expect', index], expectation);
    });
  }

  #judge(path: DefinitionPath, { task, at, by, never: _never, ...conditions }: Expectation): void {
    const words = `${task} ${at === undefined ? `by ${formatMs(by!)}` : `at ${formatMs(at)}`}: ${wordsOf(conditions)}`;
    const moments = this.#tasks.get(task)?.moments ?? [];
    const now = moments.at(-1);
    if (!now) {
      this.#fail(path, `${words}\nThe task does not exist yet.`, task);
      return;
    }
    const goneAt = this.#tasks.get(task)!.goneAt;
    if (at !== undefined && goneAt !== undefined) {
      this.#fail(path, `${words}\nThe task is gone: TaskRouter deleted it at ${formatMs(goneAt)}.`, task);
      return;
    }
    if (at === undefined ? moments.some((moment) => fulfils(moment, conditions)) : fulfils(now, conditions))
      return;
    const lacks = (moment: Moment) => missing(moment, conditions).length;
    const nearest = moments.toSorted((a, b) => lacks(a) - lacks(b))[0]!;
    const lines =
      at === undefined
        ? [
            `It never was. At ${formatMs(by!)} it is ${momentWords(now)}.`,
            ...(lacks(nearest) === lacks(now)
              ? []
              : [`Nearest, from ${formatMs(nearest.at)}: ${momentWords(nearest)}.`]),
          ]
        : [`It is ${momentWords(now)}.`, `Not so: ${missing(now, conditions).join(', ')}.`];
    this.#fail(path, [words, ...lines].join('\n'), task);
  }

  #judgeNever(): void {
    this.#parts.test.expect.forEach(({ task, never }, index) => {
      if (never === undefined) return;
      const path = ['expect', index];
      const words = `${task} never: ${wordsOf(never)}`;
      const moments = this.#tasks.get(task)!.moments;
      const met = moments.find((moment) => fulfils(moment, never));
      if (met) this.#fail(path, `${words}\nIt was, from ${formatMs(met.at)}: ${momentWords(met)}.`, task);
    });
  }

  #fail(path: DefinitionPath, message: string, task: string | undefined): false {
    const tracked = task === undefined ? undefined : this.#tasks.get(task);
    const isThere = tracked !== undefined && tracked.goneAt === undefined;
    const explanation = isThere ? this.#stage.explain(tracked.sid, task) : '';
    this.#failures.push({ path: ['tests', this.#parts.index, ...path], message, explanation });
    return false;
  }

  /** In the middle of a change: the task is pending at the step, however soon it leaves it again. */
  #arrived(task: Task, step: RoutingStep): void {
    let tracked = this.#bySid.get(task.sid);
    if (!tracked) {
      if (this.#creating === undefined) return;
      tracked = { name: this.#creating, sid: task.sid, step, moments: [], goneAt: undefined };
      this.#tasks.set(tracked.name, tracked);
      this.#bySid.set(task.sid, tracked);
    }
    tracked.step = step;
    // A new task is in no list yet: what it is can be read from the task alone.
    tracked.moments.push({ ...this.#momentOf(tracked, task), offeredTo: [], assignedTo: undefined });
  }

  #noteAll(): void {
    for (const tracked of this.#tasks.values()) this.#note(tracked);
  }

  #note(tracked: Tracked): void {
    const task = this.#stage.view.tasks.get(tracked.sid);
    if (!task) {
      tracked.goneAt ??= this.#stage.time;
      return;
    }
    const moment = this.#momentOf(tracked, task);
    const last = tracked.moments.at(-1);
    if (!last || !sameMoment(last, moment)) tracked.moments.push(moment);
  }

  #momentOf({ step }: Tracked, task: Task): Moment {
    const filter = this.#filters.get(task.workflowSid)?.[step.filter] ?? 'default filter';
    return momentOf(this.#stage.view, task, step, filter, this.#stage.time);
  }

  #workflowOf({ workflowSid }: Task): string {
    return this.#stage.view.workflows.get(workflowSid)?.friendlyName ?? workflowSid;
  }
}
