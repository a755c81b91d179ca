import type { Run } from '../idempotency/types.js';
import { type Logger, withFields } from '../log.js';
import type { FormPairs } from '../signature/index.js';
import { type CallbackClient, type HandlerClient, noClient } from './client.js';
import type { CallbackContext } from './context.js';
import { parseTimestamp } from './form.js';

/** What a context is made from besides its form. */
export interface LiveParts {
  readonly run: Run;
  readonly log: Logger;
  readonly client: CallbackClient | undefined;
  readonly after: (task: () => unknown, context: CallbackContext) => void;
}

/** The form fields every callback has. */
interface CommonForm {
  readonly pairs: FormPairs;
  readonly WorkspaceSid: string | undefined;
  readonly AccountSid: string | undefined;
  readonly Timestamp: string | undefined;
}

/**
 * What assignments and events share. What costs something (form, log, timestamp) is made when it is asked for; the
 * two functions are fields, not methods, because handlers destructure.
 */
export abstract class LiveCallback implements CallbackContext {
  readonly workspaceSid: string | undefined;
  readonly accountSid: string | undefined;
  readonly remainingMs: () => number;
  readonly after: (task: () => unknown) => void;
  readonly #client: CallbackClient | undefined;
  readonly #run: Run;
  readonly #log: Logger;
  readonly #sent: CommonForm;
  #form: URLSearchParams | undefined;
  #ownLog: Logger | undefined;

  constructor(form: CommonForm, { run, log, client, after }: LiveParts) {
    this.workspaceSid = form.WorkspaceSid;
    this.accountSid = form.AccountSid;
    this.remainingMs = () => run.remainingMs();
    this.after = (task) => after(task, this);
    this.#client = client;
    this.#run = run;
    this.#log = log;
    this.#sent = form;
  }

  get form(): URLSearchParams {
    this.#form ??= new URLSearchParams(
      this.#sent.pairs.map(([name, value]): [string, string] => [name, value]),
    );
    return this.#form;
  }

  get client(): HandlerClient {
    if (!this.#client) throw noClient('client');
    return this.#client.workspace(this.workspaceSid ?? '') as HandlerClient;
  }

  get timestamp(): Date | undefined {
    return this.#sent.Timestamp === undefined ? undefined : parseTimestamp(this.#sent.Timestamp);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get log(): Logger {
    this.#ownLog ??= withFields(this.#log, this.logFields());
    return this.#ownLog;
  }

  /** The SIDs that name this callback in a log line. */
  protected abstract logFields(): object;
}
