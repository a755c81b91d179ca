import { Counter, type Metric, type Registry } from 'prom-client';
import type { RunResult } from '../idempotency/types.js';
import type { CallbackOutcome } from '../index.js';
import type { Logger } from '../log.js';

/*
 * What is counted and logged of every callback. prom-client looks every label name up, sorts and joins them for each
 * increment, which took a tenth of a callback's time. Here the values are joined in the order of their names, and the
 * metrics are made from them at each scrape.
 */

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const SEPARATOR = '\u0000';

function keyOf(values: readonly string[]): string {
  let key = values[0] ?? '';
  for (let index = 1; index < values.length; index++) key += SEPARATOR + values[index];
  return key;
}

/** Most callbacks have the labels of the one before. */
function isSame(some: readonly string[], others: readonly string[]): boolean {
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}

/** Of the values themselves: whoever names a handler may use any character, the separator too. */
function labelsOf(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** Counts by the values of its labels, in the order of `labelNames`. Their lists are fixed, so it never forgets any. */
export function createTally(
  { name, help, labelNames }: Described,
  register: Registry,
): (...values: readonly string[]) => void {
  interface Count {
    readonly values: readonly string[];
    readonly labels: Record<string, string>;
    count: number;
  }
  const counts = new Map<string, Count>();
  let last: Count | undefined;
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [register],
    collect() {
      this.reset();
      for (const { labels, count } of counts.values()) this.inc(labels, count);
    },
  });
  return (...values) => {
    let row = last;
    if (row === undefined || !isSame(row.values, values)) {
      const key = keyOf(values);
      row = counts.get(key) ?? { values, labels: labelsOf(labelNames, values), count: 0 };
      counts.set(key, row);
      last = row;
    }
    row.count += 1;
  };
}

interface Row {
  readonly values: readonly string[];
  readonly labels: Record<string, string>;
  /** How many values are in each bucket, and beyond the last. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram by the values of its labels.
 *
 * @param bounds - the upper ends of the buckets, ascending.
 */
export function createTimeTally(
  { name, help, labelNames }: Described,
  bounds: readonly number[],
  register: Registry,
): (value: number, ...values: readonly string[]) => void {
  const rows = new Map<string, Row>();
  let last: Row | undefined;

  function valuesOf({ labels, counts, sum }: Row) {
    let below = 0;
    const buckets = counts.map((count, index) => {
      below += count;
      return {
        labels: { le: bounds[index] ?? '+Inf', ...labels },
        value: below,
        metricName: `${name}_bucket`,
      };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: below, metricName: `${name}_count` },
    ];
  }

  const metric = {
    name,
    help,
    type: 'histogram',
    get: async () => ({
      name,
      help,
      type: 'histogram',
      values: [...rows.values()].flatMap(valuesOf),
      aggregator: 'sum',
    }),
    reset: () => {
      rows.clear();
      last = undefined;
    },
  };
  // These are the parts of a metric that the registry uses.
  register.registerMetric(metric as unknown as Metric<string>);

  return (value, ...values) => {
    let row = last;
    if (row === undefined || !isSame(row.values, values)) {
      const key = keyOf(values);
      row = rows.get(key) ?? {
        values,
        labels: labelsOf(labelNames, values),
        counts: new Array<number>(bounds.length + 1).fill(0),
        sum: 0,
      };
      rows.set(key, row);
      last = row;
    }
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    row.counts[bucket]! += 1;
    row.sum += value;
  };
}

/** The metrics of callbacks. */
interface OutcomeCounters {
  readonly callback: ReturnType<typeof createTally>;
  readonly took: ReturnType<typeof createTimeTally>;
  readonly doubleAnswers: Counter<'handler'>;
  readonly unknownAges: Counter<'route'>;
  readonly signatureFailures: Counter<'reason'>;
}

/** Counts each callback. */
export function countOutcomes(counters: OutcomeCounters): (outcome: CallbackOutcome) => void {
  const { callback, doubleAnswers, signatureFailures, took, unknownAges } = counters;
  return (outcome) => {
    const { route, verdict, status, handler = '', instruction = '', reason } = outcome;
    callback(route, verdict, String(status), handler, instruction);
    took(outcome.durationMs / 1_000, route, handler);
    if (outcome.answeredTwice) doubleAnswers.inc({ handler });
    if (outcome.ageUnknown) unknownAges.inc({ route });
    const unsigned = status === 403 || reason === 'tokens-unavailable' || reason === 'too-many-lookups';
    if (unsigned && reason !== undefined) signatureFailures.inc({ reason });
  };
}

/** Counts how each request's run ended. */
export function countResults(
  ended: ReturnType<typeof createTally>,
  degraded: Counter,
): (result: RunResult) => void {
  return (result) => {
    ended(result.status, 'verdict' in result ? result.verdict : '');
    if (result.status === 'answered' && result.degraded) degraded.inc();
  };
}

/** Where finished lines go. */
export interface LineOutput {
  readonly destination: { write(line: string): void };
  readonly clean: (line: string) => string;
  /** Whether its level includes the lines of callbacks. */
  readonly info: boolean;
}

/**
 * Writes one line for each callback. For our own output the line is built right here, because pino takes longer for it
 * than all of the callback's bookkeeping. Its content has been checked by then (SIDs, our own words); only the name of a
 * handler may need quoting or redaction, which is done once.
 */
export function logOutcomes(log: Logger, output: LineOutput | undefined): (outcome: CallbackOutcome) => void {
  if (output === undefined) return (outcome) => log.info(fieldsOf(outcome), 'callback');
  if (!output.info) return () => {};
  const { destination, clean } = output;
  const handlers = new Map<string, string>();
  const quoted = (handler: string) => {
    let text = handlers.get(handler);
    if (text === undefined) {
      text = clean(JSON.stringify(handler));
      handlers.set(handler, text);
    }
    return text;
  };
  return (outcome) => {
    const { reason, handler, instruction, workspaceSid, taskSid, workerSid, reservationSid, eventType } =
      outcome;
    let line = `{"level":"info","time":${Date.now()},"route":"${outcome.route}","verdict":"${outcome.verdict}","status":${outcome.status}`;
    if (reason !== undefined) line += `,"reason":"${reason}"`;
    if (handler !== undefined) line += `,"handler":${quoted(handler)}`;
    if (instruction !== undefined) line += `,"instruction":"${instruction}"`;
    line += `,"ms":${Math.round(outcome.durationMs * 100) / 100}`;
    if (outcome.degraded) line += ',"degraded":true';
    if (workspaceSid !== undefined) line += `,"workspaceSid":"${workspaceSid}"`;
    if (taskSid !== undefined) line += `,"taskSid":"${taskSid}"`;
    if (workerSid !== undefined) line += `,"workerSid":"${workerSid}"`;
    if (reservationSid !== undefined) line += `,"reservationSid":"${reservationSid}"`;
    if (eventType !== undefined) line += `,"eventType":"${eventType}"`;
    destination.write(`${line},"msg":"callback"}\n`);
  };
}

/** The fields of a callback's line; pino leaves out undefined ones. */
function fieldsOf(outcome: CallbackOutcome): object {
  return {
    route: outcome.route,
    verdict: outcome.verdict,
    status: outcome.status,
    reason: outcome.reason,
    handler: outcome.handler,
    instruction: outcome.instruction,
    ms: Math.round(outcome.durationMs * 100) / 100,
    degraded: outcome.degraded || undefined,
    workspaceSid: outcome.workspaceSid,
    taskSid: outcome.taskSid,
    workerSid: outcome.workerSid,
    reservationSid: outcome.reservationSid,
    eventType: outcome.eventType,
  };
}
