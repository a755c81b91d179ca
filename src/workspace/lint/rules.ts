export type Severity = 'error' | 'warning' | 'info';

/** Every rule, with its severity and what it finds. docs/workspace.md has a section for each. */
export const RULES = {
  definition: ['error', 'A key or value that a definition does not take'],
  syntax: ['error', 'An expression that cannot be parsed'],
  'hyphen-in-name': ['error', 'A name with a hyphen in an expression'],
  'blank-in-name': ['error', 'A name with a space in an expression'],
  'blank-in-operator': ['error', 'An operator with a space inside'],
  'text-after-expression': ['error', 'Text after the end of an expression'],
  'unknown-queue': ['error', 'A task queue that is not defined'],
  'unknown-worker': ['error', 'A worker that is not defined, in an expression'],
  'unknown-activity': ['error', 'An activity that is not defined'],
  'unknown-channel': ['error', 'A task channel that is not defined'],
  'unreachable-filter': ['warning', 'A filter that no task reaches'],
  'unreachable-target': ['warning', 'A target that no task reaches'],
  'missing-default-filter': ['warning', 'A workflow without a default queue'],
  'last-target-timeout': ['warning', 'A timeout on the last target of a filter'],
  'order-by-not-integer': ['warning', 'An order by an attribute that is not an integer'],
  'has-on-text': ['warning', 'HAS on an attribute that is a string'],
  'contains-on-list': ['warning', 'CONTAINS on an attribute that is a list'],
  'number-as-text': ['warning', 'A number that is stored or compared as a string'],
  'single-equals': ['info', '= in place of =='],
  'task-queue-sid': ['warning', 'task_queue_sid in place of queue'],
  'missing-fallback-url': ['warning', 'An assignment callback without a fallback'],
  'callback-url-query': ['warning', 'A callback URL whose query is unsorted or unencoded'],
  'insecure-url': ['warning', 'A callback URL with http'],
  'available-activity': ['warning', 'An available activity for workers who should get no tasks'],
  'reservation-timeout-below-dial': [
    'warning',
    'A reservation that times out while the phone is still ringing',
  ],
  'ttl-below-timeouts': ['warning', 'Tasks that expire before their last routing step'],
} as const satisfies Record<string, readonly [Severity, string]>;

export type RuleId = keyof typeof RULES;
export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

/** Where the rules are explained. */
export const LINT_PAGE = 'https://github.com/taskrouter-kit/taskrouter-kit/blob/main/docs/workspace.md';

/** The section about one rule. */
export const pageOf = (rule: RuleId): string => `${LINT_PAGE}#${rule}`;
