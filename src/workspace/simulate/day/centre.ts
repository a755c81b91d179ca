import { fillWorkspace } from '../../../emulator/apply-definition.js';
import { createEngine, type Engine, type EngineOptions } from '../../../emulator/engine/index.js';
import type { Reservation, WorkspaceView } from '../../../emulator/engine/types.js';
import type { CheckedDefinition } from '../../definition/schema.js';
import type { TaskKind } from '../plan/plan.js';

/** A day in the engine's time: any will do, because nothing depends on the date. */
const MIDNIGHT = Date.UTC(2026, 0, 1);

export type Choices = Pick<
  EngineOptions,
  | 'maxAssignments'
  | 'coerceNumericStrings'
  | 'lenientExpressions'
  | 'stepTimeoutsFrom'
  | 'afterReservationTimeout'
>;

/** An engine with a workspace, driven by hand: no clock, no network, and only the staff that is put into it. */
export interface Centre {
  readonly engine: Engine;
  readonly workspaceSid: string;
  readonly view: WorkspaceView;
  /** The queues of the definition, in its order, and where each is in that order by its SID. */
  readonly queueNames: readonly string[];
  readonly queueIndex: ReadonlyMap<string, number>;
  readonly activities: { readonly on: string; readonly off: string };
  workflowSid(name: string | undefined): string | undefined;
  /** Sets the present, in milliseconds since midnight. */
  setTime(ms: number): void;
  /** The engine's time as milliseconds since midnight. */
  sinceMidnight(time: number): number;
}

/**
 * Puts a definition, without its workers and URLs, into an engine.
 * @throws {EngineRefusal} with the path of what TaskRouter would refuse.
 */
export function openCentre(
  definition: CheckedDefinition,
  options: Choices & Pick<EngineOptions, 'observer'>,
  from: number,
): Centre {
  let now = MIDNIGHT + from;
  let made = 0;
  const engine = createEngine({
    ...options,
    now: () => now,
    // Short ones: nothing outside ever sees them.
    sid: (prefix) => {
      made += 1;
      return prefix + made.toString(36);
    },
    // What has ended is not asked about again.
    purgeAfterMs: 0,
  });
  const { sid: workspaceSid } = engine.dispatch('createWorkspace', {
    friendlyName: definition.friendlyName ?? 'Workspace',
    // Can only be set at creation: it is never turned off.
    multiTaskEnabled: definition.multiTaskEnabled,
  });
  const { workers: _workers, eventCallbackUrl: _url, ...rest } = definition;
  const sids = fillWorkspace(engine, workspaceSid, { ...rest, workflows: withoutUrls(definition.workflows) });
  const view = engine.workspaces.get(workspaceSid)!;
  const queueNames = [...sids.taskQueues.keys()];
  return {
    engine,
    workspaceSid,
    view,
    queueNames,
    queueIndex: new Map(queueNames.map((name, index) => [sids.taskQueues.get(name)!, index])),
    activities: { on: sids.activities.get('Available')!, off: sids.activities.get('Offline')! },
    workflowSid: (name) => (name === undefined ? undefined : sids.workflows.get(name)),
    setTime(ms) {
      now = MIDNIGHT + ms;
    },
    sinceMidnight: (time) => time - MIDNIGHT,
  };
}

function withoutUrls(workflows: CheckedDefinition['workflows']): CheckedDefinition['workflows'] {
  return Object.fromEntries(
    Object.entries(workflows ?? {}).map(
      ([name, { assignmentCallbackUrl: _1, fallbackAssignmentCallbackUrl: _2, ...rest }]) => [name, rest],
    ),
  );
}

/** What `createTask` is given for a task of a kind. */
export const taskFields = ({ workspaceSid, workflowSid }: Centre, kind: TaskKind) => ({
  workspaceSid,
  workflowSid: workflowSid(kind.workflow),
  attributes: kind.attributes,
  taskChannel: kind.taskChannel,
  priority: kind.priority,
  timeout: kind.timeout,
});

export const isOpen = ({ reservationStatus }: Reservation): boolean =>
  reservationStatus === 'pending' || reservationStatus === 'accepted' || reservationStatus === 'wrapping';
