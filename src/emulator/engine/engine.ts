import type { CommandName, Commands } from './command-types.js';
import { createTaskQueue, deleteTaskQueue, updateTaskQueue } from './commands/queue-commands.js';
import {
  callbackAnswered,
  callbackFailed,
  callEnded,
  instructionFailed,
  updateReservation,
  workerAnswered,
  workerDidNotAnswer,
  workerRinging,
} from './commands/reservation-commands.js';
import { createTask, deleteTaskCommand, updateTask } from './commands/task-commands.js';
import { cancelTransfer, createTransfer } from './commands/transfer-commands.js';
import { createWorker, deleteWorker, updateWorker, updateWorkerChannel } from './commands/worker-commands.js';
import { createWorkflow, deleteWorkflow, updateWorkflow } from './commands/workflow-commands.js';
import {
  createActivity,
  createTaskChannel,
  createWorkspace,
  deleteActivity,
  deleteTaskChannel,
  deleteWorkspace,
  updateActivity,
  updateTaskChannel,
  updateWorkspace,
} from './commands/workspace-commands.js';
import { Core } from './core.js';
import type { EngineOutput } from './events/outputs.js';
import { explainTask } from './explain/explain.js';
import type { Engine, EngineOptions } from './interface.js';
import { find } from './lookup.js';
import { settle } from './matching/router.js';
import { restore } from './snapshot/restore.js';
import { takeSnapshot } from './snapshot/take-snapshot.js';
import { fire } from './timers.js';

type Handlers = {
  readonly [N in CommandName]: (core: Core, params: Commands[N]['params']) => Commands[N]['result'];
};

const handlers: Handlers = {
  createWorkspace,
  updateWorkspace,
  deleteWorkspace,
  createActivity,
  updateActivity,
  deleteActivity,
  createTaskChannel,
  updateTaskChannel,
  deleteTaskChannel,
  createTaskQueue,
  updateTaskQueue,
  deleteTaskQueue,
  createWorkflow,
  updateWorkflow,
  deleteWorkflow,
  createWorker,
  updateWorker,
  deleteWorker,
  updateWorkerChannel,
  createTask,
  updateTask,
  deleteTask: deleteTaskCommand,
  createTransfer,
  cancelTransfer,
  updateReservation,
  callbackFailed,
  callbackAnswered,
  workerRinging,
  workerAnswered,
  workerDidNotAnswer,
  callEnded,
  instructionFailed,
};

/**
 * TaskRouter's engine, in memory: give it commands and the time, hear what happens.
 *
 * @example
 * const engine = createEngine({ now: () => clock.now() });
 * engine.subscribe((output) => console.log(output));
 * const { sid } = engine.dispatch('createWorkspace', { friendlyName: 'Support', template: 'FIFO' });
 * engine.dispatch('createTask', { workspaceSid: sid, attributes: '{"type":"ticket"}' });
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const now = options.now ?? Date.now;
  const core = new Core(options);
  const listeners = new Set<(output: EngineOutput) => void>();
  let notifying = false;
  if (options.snapshot) restore(core, options.snapshot);

  const runTimersUntil = (time: number): number => {
    if (!Number.isFinite(time)) throw new RangeError('runTimersUntil takes a time in milliseconds');
    let ran = 0;
    for (let due = core.timers.peek(); due && due.dueAt <= time; due = core.timers.peek()) {
      core.time = Math.max(core.time, due.dueAt);
      settle(core, fire(core, due));
      notify();
      ran += 1;
    }
    core.time = Math.max(core.time, time);
    return ran;
  };

  /** Listeners hear of a change when it is whole. One that dispatches in turn has its outputs delivered after these. */
  const notify = (): void => {
    if (notifying) return;
    notifying = true;
    try {
      while (core.outputs.length > 0) {
        for (const output of core.outputs.splice(0)) {
          for (const listener of listeners) listener(output);
        }
      }
    } finally {
      notifying = false;
    }
  };

  return {
    dispatch(name, params, seen) {
      runTimersUntil(Math.max(core.time, now()));
      const result = handlers[name](core, params);
      seen?.(result);
      for (const ws of core.workspaces.values()) settle(core, ws);
      notify();
      return result;
    },
    subscribe(listener) {
      listeners.add(listener);
      core.silent = false;
      return () => {
        listeners.delete(listener);
        core.silent = listeners.size === 0;
      };
    },
    nextTimerAt: () => core.timers.peek()?.dueAt,
    runTimersUntil,
    workspaces: core.workspaces,
    explain: (workspaceSid, sid) => explainTask(core, find(core, 'tasks', { workspaceSid, sid })),
    snapshot: () => takeSnapshot(core),
    restore(snapshot) {
      // Tried on another core first: one that cannot be used must not cost the present state.
      if (snapshot) restore(new Core(options), snapshot);
      core.clear();
      if (snapshot) restore(core, snapshot);
    },
  };
}
