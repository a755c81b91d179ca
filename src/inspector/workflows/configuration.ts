/** One step of a filter, as the configuration has it. */
export interface TargetConfig {
  readonly queue: string;
  readonly expression?: string;
  readonly order_by?: string;
  readonly priority?: number;
  readonly timeout?: number;
  readonly skip_if?: string;
  readonly known_worker_sid?: string;
  readonly known_worker_friendly_name?: string;
}

export interface FilterConfig {
  readonly name: string;
  readonly expression: string;
  readonly targets: readonly TargetConfig[];
}

export interface WorkflowConfig {
  readonly filters: readonly FilterConfig[];
  /** The queue of what no filter matches; undefined: such a task is canceled. */
  readonly defaultQueue: string | undefined;
}

/** What a workflow's configuration says; undefined: it cannot be read. The emulator has checked it before. */
export function readConfiguration(json: string): WorkflowConfig | undefined {
  try {
    const { task_routing: routing = {} } = JSON.parse(json) as { readonly task_routing?: Json };
    const filters = (routing.filters ?? []) as readonly Json[];
    return {
      filters: filters.map((filter, index) => ({
        // Twilio takes both names.
        name: String(filter.filter_friendly_name ?? filter.friendly_name ?? `filter ${index + 1}`),
        expression: String(filter.expression ?? ''),
        targets: (filter.targets ?? []) as readonly TargetConfig[],
      })),
      defaultQueue: (routing.default_filter as Json | undefined)?.queue as string | undefined,
    };
  } catch {
    return undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;
