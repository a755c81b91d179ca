import type {
  ActivityDefinition,
  ExpressionClause,
  FilterDefinition,
  TargetDefinition,
  TaskChannelDefinition,
  TaskQueueDefinition,
  WorkerChannelDefinition,
  WorkerDefinition,
  WorkflowDefinition,
  WorkspaceDefinition,
} from './definition/index.js';
import { clausesAsTexts } from './definition/index.js';

type Text = string | ExpressionClause | undefined;
type OwnActivity = 'Offline' | 'Available' | 'Unavailable';
type OwnChannel = 'default' | 'voice' | 'sms' | 'chat' | 'video';
type ByName<Name extends string, T> = Readonly<Record<Name, T>>;

interface QueueInput<Activity extends string>
  extends Omit<TaskQueueDefinition, 'targetWorkers' | 'reservationActivity' | 'assignmentActivity'> {
  readonly targetWorkers?: Text;
  readonly reservationActivity?: NoInfer<Activity> | OwnActivity | undefined;
  readonly assignmentActivity?: NoInfer<Activity> | OwnActivity | undefined;
}

interface WorkerInput<Activity extends string, Channel extends string>
  extends Omit<WorkerDefinition, 'activity' | 'channels'> {
  readonly activity?: NoInfer<Activity> | OwnActivity | undefined;
  readonly channels?:
    | Readonly<Partial<Record<NoInfer<Channel> | OwnChannel, WorkerChannelDefinition>>>
    | undefined;
}

interface TargetInput<Queue extends string>
  extends Omit<TargetDefinition, 'queue' | 'expression' | 'skipIf'> {
  readonly queue?: NoInfer<Queue> | undefined;
  readonly expression?: Text;
  readonly skipIf?: Text;
}

interface FilterInput<Queue extends string> extends Omit<FilterDefinition, 'expression' | 'targets'> {
  readonly expression: string | ExpressionClause;
  readonly targets: readonly TargetInput<Queue>[];
}

interface WorkflowInput<Queue extends string> extends Omit<WorkflowDefinition, 'filters' | 'defaultQueue'> {
  readonly filters?: readonly FilterInput<Queue>[] | undefined;
  readonly defaultQueue?: NoInfer<Queue> | undefined;
}

/** What {@link defineWorkspace} takes: a {@link WorkspaceDefinition} whose names are checked by the compiler. */
export interface WorkspaceInput<
  Activity extends string,
  Channel extends string,
  Queue extends string,
  Worker extends string,
  Workflow extends string,
> extends Omit<
    WorkspaceDefinition,
    | 'defaultActivity'
    | 'timeoutActivity'
    | 'activities'
    | 'taskChannels'
    | 'taskQueues'
    | 'workers'
    | 'workflows'
    | 'expressions'
  > {
  readonly defaultActivity?: NoInfer<Activity> | OwnActivity | undefined;
  readonly timeoutActivity?: NoInfer<Activity> | OwnActivity | undefined;
  readonly activities?: ByName<Activity, ActivityDefinition> | undefined;
  readonly taskChannels?: ByName<Channel, TaskChannelDefinition> | undefined;
  readonly taskQueues?: ByName<Queue, QueueInput<Activity>> | undefined;
  readonly workers?: ByName<Worker, WorkerInput<Activity, Channel>> | undefined;
  readonly workflows?: ByName<Workflow, WorkflowInput<Queue>> | undefined;
  readonly expressions?: Readonly<Record<string, string | ExpressionClause>> | undefined;
}

/** A definition that still knows its names. */
export type DefinedWorkspace<
  Activity extends string,
  Channel extends string,
  Queue extends string,
  Worker extends string,
  Workflow extends string,
> = Omit<WorkspaceDefinition, 'activities' | 'taskChannels' | 'taskQueues' | 'workers' | 'workflows'> & {
  readonly activities?: ByName<Activity, ActivityDefinition>;
  readonly taskChannels?: ByName<Channel, TaskChannelDefinition>;
  readonly taskQueues?: ByName<Queue, TaskQueueDefinition>;
  readonly workers?: ByName<Worker, WorkerDefinition>;
  readonly workflows?: ByName<Workflow, WorkflowDefinition>;
};

/**
 * Defines a workspace whose names the compiler checks: a workflow that targets an undefined queue does not compile, nor
 * does an undefined activity or channel. Expressions may be strings or clauses.
 *
 * @example
 * export default defineWorkspace({
 *   friendlyName: 'Support',
 *   taskQueues: { Support: { targetWorkers: expression`skills HAS 'support'` }, Everyone: {} },
 *   workflows: { Calls: { filters: [{ expression: expression`type == 'call'`, targets: [{ queue: 'Support' }] }], defaultQueue: 'Everyone' } },
 * });
 */
export function defineWorkspace<
  const Activity extends string = never,
  const Channel extends string = never,
  const Queue extends string = never,
  const Worker extends string = never,
  const Workflow extends string = never,
>(
  definition: WorkspaceInput<Activity, Channel, Queue, Worker, Workflow>,
): DefinedWorkspace<Activity, Channel, Queue, Worker, Workflow> {
  return clausesAsTexts(definition) as DefinedWorkspace<Activity, Channel, Queue, Worker, Workflow>;
}
