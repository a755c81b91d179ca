import { z } from 'zod';
import { nearMiss } from '../near-miss.js';
import type { Ask } from './call.js';

/** One tool: what it is for, what it takes, what it gives, and the question it asks the emulator. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  /** For the model that chooses: when to use it. */
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly annotations: { readonly readOnlyHint: boolean; readonly destructiveHint: boolean };
  /** What to do when the emulator refuses: ends the error. */
  readonly next: string;
  run(ask: Ask, input: unknown): Promise<Result>;
}

export interface Result {
  /** By the output schema. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** Default: the structured result as JSON. */
  readonly text?: string | undefined;
}

interface Definition<In extends z.ZodRawShape, Out extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: In;
  readonly output: Out;
  /** Changes nothing. Default: false. */
  readonly readOnly?: boolean;
  readonly next: string;
  run(ask: Ask, input: z.output<z.ZodObject<In>>): Promise<Result>;
}

/** Puts a tool together: arguments that are not known are refused with the near miss, results may hold more. */
export function tool<In extends z.ZodRawShape, Out extends z.ZodRawShape>(
  definition: Definition<In, Out>,
): Tool {
  const { name, title, description, input, output, readOnly = false, next, run } = definition;
  return {
    ...{ name, title, description, next },
    input: strict(input),
    output: z.looseObject(output),
    annotations: { readOnlyHint: readOnly, destructiveHint: false },
    run: (ask, given) => run(ask, given as z.output<z.ZodObject<In>>),
  };
}

/** An object with these keys alone: what is not known is refused with the near miss. */
export const strict = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, { error: (issue) => unknownArgument(issue, Object.keys(shape)) });

function unknownArgument(issue: z.core.$ZodRawIssue, known: readonly string[]): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  return issue.keys
    .map((key) => {
      const meant = nearMiss(key, known);
      const hint = meant === undefined ? `Arguments: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
      return `There is no argument ${JSON.stringify(key.slice(0, 100))}. ${hint}`;
    })
    .join(' ');
}

/** A query of what is given: `?limit=20`; '' for nothing. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? '' : `?${params}`;
}
