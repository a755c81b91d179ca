import { sidForm } from '../../sids.js';

export type Kind = 'workspace' | 'activity' | 'taskChannel' | 'taskQueue' | 'worker' | 'workflow';

/** One resource, with its fields in camel case. */
export interface FoundResource {
  readonly kind: Kind;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The two families of Terraform resources: `twilio_taskrouter_workspaces_task_queues_v1` and `twilio_taskrouter_task_queue`. */
const TERRAFORM =
  /^twilio_taskrouter_(?:workspaces_(activities|task_channels|task_queues|workers|workflows)_v1|(workspaces)_v1|(workspace|activity|task_channel|task_queue|worker|workflow))$/;
const TERRAFORM_KINDS: Readonly<Record<string, Kind>> = {
  workspace: 'workspace',
  workspaces: 'workspace',
  activity: 'activity',
  activities: 'activity',
  task_channel: 'taskChannel',
  task_channels: 'taskChannel',
  task_queue: 'taskQueue',
  task_queues: 'taskQueue',
  worker: 'worker',
  workers: 'worker',
  workflow: 'workflow',
  workflows: 'workflow',
};

const SID_KINDS: readonly (readonly [RegExp, Kind])[] = [
  [sidForm('WS'), 'workspace'],
  [sidForm('WA'), 'activity'],
  [sidForm('TC'), 'taskChannel'],
  [sidForm('WQ'), 'taskQueue'],
  [sidForm('WK'), 'worker'],
  [sidForm('WW'), 'workflow'],
];

/** What `terraform show -json` prints, of a state or of a plan. */
export function isTerraform(value: unknown): value is Fields {
  return isFields(value) && 'format_version' in value && ('values' in value || 'planned_values' in value);
}

/** The TaskRouter resources of a Terraform state or plan, in all of its modules. */
export function terraformResources(value: Fields): readonly FoundResource[] {
  const { root_module: root } = (value.values ?? value.planned_values ?? {}) as Fields;
  const inModule = (module: unknown): readonly FoundResource[] => {
    if (!isFields(module)) return [];
    const resources = Array.isArray(module.resources) ? module.resources : [];
    const children = Array.isArray(module.child_modules) ? module.child_modules : [];
    return [...resources.flatMap(found), ...children.flatMap(inModule)];
  };
  const found = (resource: unknown): readonly FoundResource[] => {
    if (!isFields(resource) || typeof resource.type !== 'string' || !isFields(resource.values)) return [];
    const names = TERRAFORM.exec(resource.type)?.slice(1);
    const kind = names && TERRAFORM_KINDS[names.find((name) => name !== undefined)!];
    if (!kind || typeof resource.values.friendly_name !== 'string') return [];
    const fields = camelCased(resource.values);
    // The official provider joins the SIDs of a path in its id.
    const sid = fields.sid ?? (typeof fields.id === 'string' ? fields.id.split('/').at(-1) : undefined);
    return [{ kind, fields: { ...fields, sid } }];
  };
  return inModule(root);
}

/** Resources as the REST API, the console and Twilio's CLI show them: one, a list, or the page of a list. */
export function restResources(value: unknown): readonly FoundResource[] {
  if (Array.isArray(value)) return value.flatMap(restResources);
  if (!isFields(value)) return [];
  const { sid } = value;
  const kind = typeof sid === 'string' ? SID_KINDS.find(([form]) => form.test(sid))?.[1] : undefined;
  if (kind && ('friendly_name' in value || 'friendlyName' in value))
    return [{ kind, fields: camelCased(value) }];
  return Object.values(value).filter(Array.isArray).flatMap(restResources);
}

const camelCased = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
