import type { RoutingStep } from '../../emulator/engine/index.js';
import type { CheckedDefinition } from '../definition/index.js';
import { filtersOf } from './check-names.js';

/** One thing that tests can reach. */
export interface CoverageItem {
  readonly workflow: string;
  readonly kind: 'filter' | 'target' | 'skip condition';
  /** `filter Spanish`, `target 2 of filter Spanish (queue Experts)` */
  readonly name: string;
  reached: boolean;
}

/** What tests have reached of the filters, targets and skip conditions of every workflow. */
export class Coverage {
  readonly #items = new Map<string, CoverageItem>();

  constructor({ workflows = {} }: CheckedDefinition) {
    for (const [workflow, definition] of Object.entries(workflows)) {
      const add = (key: string, kind: CoverageItem['kind'], name: string) =>
        this.#items.set(`${workflow}\n${key}`, { workflow, kind, name, reached: false });
      filtersOf(definition).forEach(({ name, targets }, filter) => {
        add(`${filter}`, 'filter', `filter ${name}`);
        let queue: string | undefined;
        targets.forEach((target, index) => {
          queue = target.queue ?? queue;
          const label = `target ${index + 1} of filter ${name} (queue ${queue})`;
          add(`${filter}.${index}`, 'target', label);
          if (target.skip_if !== undefined)
            add(`${filter}.${index}.skip`, 'skip condition', `${target.skip_if}, of ${label}`);
        });
      });
      if (definition.defaultQueue !== undefined || definition.configuration?.task_routing.default_filter)
        add('-1', 'filter', 'default filter');
    }
  }

  arrived(workflow: string, { filter, target }: RoutingStep): void {
    this.#reach(workflow, `${filter}`);
    this.#reach(workflow, `${filter}.${target}`);
  }

  skipped(workflow: string, { filter, target }: RoutingStep): void {
    this.#reach(workflow, `${filter}.${target}.skip`);
  }

  get items(): readonly CoverageItem[] {
    return [...this.#items.values()];
  }

  #reach(workflow: string, key: string): void {
    const item = this.#items.get(`${workflow}\n${key}`);
    if (item) item.reached = true;
  }
}
