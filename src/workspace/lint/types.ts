import type { CheckedDefinition, DefinitionPath } from '../definition/index.js';
import type { RuleId, Severity } from './rules.js';

/** A part of a string, in UTF-16 units from 0, the end exclusive. */
export interface FindingSpan {
  readonly start: number;
  readonly end: number;
}

/** A safe change: another value at the finding's path, or another key in place of the last one. */
export type Fix =
  | { readonly kind: 'value'; readonly before: string; readonly after: string }
  | { readonly kind: 'key'; readonly after: string };

/** One thing that is, or may be, wrong with a definition. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** What is wrong and what to write instead. */
  readonly message: string;
  readonly path: DefinitionPath;
  /** Where in the expression at the path. */
  readonly span?: FindingSpan;
  readonly fix?: Fix;
}

export interface LintOptions {
  /** Attributes of tasks and workers as they come, beside those of the definition's own workers. */
  readonly samples?:
    | { readonly tasks?: readonly object[] | undefined; readonly workers?: readonly object[] | undefined }
    | undefined;
  /** Rules to leave out. */
  readonly ignore?: readonly RuleId[] | undefined;
  /** How long handlers let a phone ring, in seconds: the `timeout` of `call`, `conference` and `dequeue`. Default: not checked. */
  readonly dialTimeout?: number | undefined;
  /** How long tasks may wait, in seconds: the `Timeout` they are created with. Default: 86,400. */
  readonly taskTimeout?: number | undefined;
  /** Activities that handlers give to `reject`, and as `postWorkActivity`. */
  readonly handlerActivities?: readonly string[] | undefined;
}

/** What a rule looks at, and where it tells. */
export interface LintContext {
  readonly definition: CheckedDefinition;
  readonly options: LintOptions;
  /** Attributes of tasks. */
  readonly tasks: readonly object[];
  /** Attributes of workers, with those of the definition. */
  readonly workers: readonly object[];
  report(
    rule: RuleId,
    path: DefinitionPath,
    message: string,
    more?: { readonly span?: FindingSpan; readonly fix?: Fix },
  ): void;
}
