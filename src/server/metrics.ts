import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { StoreState } from '../idempotency/store/store.js';
import type { IdempotencyObserver } from '../idempotency/types.js';
import type { CallbackOutcome, DeferredOutcome, TaskRouter } from '../index.js';
import { droppedLines } from './log-output.js';
import { countOutcomes, countResults, createTally, createTimeTally } from './outcomes.js';

/** Up to Twilio's limit of 5 s for an assignment; only events may take longer. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 10];

export interface Metrics {
  /** For `onOutcome`. */
  readonly outcome: (outcome: CallbackOutcome) => void;
  /** For `onDeferred`. */
  readonly deferred: (outcome: DeferredOutcome) => void;
  /** For the option `storeObserver`. */
  readonly observer: IdempotencyObserver;
  /** Reads in-flight callbacks and the store's state from the router at each scrape; a scrape also probes the store. */
  watch(taskRouter: Pick<TaskRouter, 'active' | 'storeState'>, probe: () => Promise<StoreState>): void;
  readonly contentType: string;
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>;
}

/**
 * The endpoint's metrics, on a separate registry. Every label takes its values from a list that is fixed once the
 * endpoint runs (routes, verdicts, registered handlers, instructions): nothing a caller sends becomes a label.
 */
export function createMetrics(): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });

  const callback = createTally(
    {
      name: 'taskrouter_callbacks_total',
      help: 'Callbacks answered. The route fallback is the fallback URL; handler is empty unless one ran for this request.',
      labelNames: ['route', 'verdict', 'status', 'handler', 'instruction'],
    },
    register,
  );
  const took = createTimeTally(
    {
      name: 'taskrouter_callback_duration_seconds',
      help: 'Time from the arrival of the headers to the answer.',
      labelNames: ['route', 'handler'],
    },
    DURATION_BUCKETS,
    register,
  );
  const signatureFailures = new Counter({
    name: 'taskrouter_signature_failures_total',
    help: 'Requests refused because nothing showed that Twilio had just sent them.',
    labelNames: ['reason'],
    registers,
  });
  const unknownAges = new Counter({
    name: 'taskrouter_callbacks_of_unknown_age_total',
    help: 'Signed callbacks of unknown age: their Timestamp is missing or cannot be parsed.',
    labelNames: ['route'],
    registers,
  });
  const deferredAnswers = new Counter({
    name: 'taskrouter_deferred_answers_total',
    help: 'Decisions applied over REST after the callback was answered with {}, or what became of them instead.',
    labelNames: ['outcome', 'handler', 'instruction', 'taken_over'],
    registers,
  });
  const doubleAnswers = new Counter({
    name: 'taskrouter_double_answers_total',
    help: 'Reservations that a handler both updated over REST and answered with an instruction.',
    labelNames: ['handler'],
    registers,
  });
  const ended = createTally(
    {
      name: 'taskrouter_idempotency_results_total',
      help: 'Requests by how their run ended, and whether it ran for them, was joined or replayed.',
      labelNames: ['status', 'verdict'],
    },
    register,
  );
  const degraded = new Counter({
    name: 'taskrouter_idempotency_degraded_total',
    help: 'Answers that only this process knows, because the store could not be reached.',
    registers,
  });
  const storeErrors = new Counter({
    name: 'taskrouter_store_errors_total',
    help: 'Failed operations of the idempotency store, including those held back while it is unavailable.',
    labelNames: ['operation'],
    registers,
  });
  new Counter({
    name: 'taskrouter_log_lines_dropped_total',
    help: 'Log lines that were lost, because the log could not be written or nobody read it.',
    registers,
    collect() {
      this.reset();
      this.inc(droppedLines());
    },
  });

  return {
    outcome: countOutcomes({ callback, took, doubleAnswers, unknownAges, signatureFailures }),
    deferred({ outcome, handler = '', instruction = '', takenOver }) {
      deferredAnswers.inc({ outcome, handler, instruction, taken_over: String(takenOver) });
    },
    observer: {
      result: countResults(ended, degraded),
      storeError: (operation) => storeErrors.inc({ operation }),
    },
    watch(taskRouter, probe) {
      new Gauge({
        name: 'taskrouter_store_up',
        help: '1 while the idempotency store is in use and accepts writes, 0 while callbacks run without it.',
        registers,
        async collect() {
          const takesWrites = (await probe()) === 'ok';
          this.set(takesWrites && taskRouter.storeState === 'ok' ? 1 : 0);
        },
      });
      new Gauge({
        name: 'taskrouter_callbacks_in_flight',
        help: 'Reservations and events that are running here or being waited for.',
        registers,
        collect() {
          this.set([...taskRouter.active].length);
        },
      });
    },
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}
