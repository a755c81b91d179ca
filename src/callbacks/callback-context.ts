import type { Run } from '../idempotency/types.js';
import { type Logger, withFields } from '../log.js';
import type { FormPairs } from '../signature/index.js';
import { type Background, keepAtWork, type WaitUntil } from './background.js';
import { type CallbackClient, type ClientOption, clientFor, type HandlerClient, noClient } from './client.js';
import type { CallbackContext } from './context.js';
import { parseTimestamp } from './form.js';

/** What a context is made from besides its form. */
export interface ContextParts {
  readonly log: Logger;
  readonly background: Background;
  readonly client: ClientOption | undefined;
}

/** The form fields every callback has. */
interface CommonForm {
  readonly pairs: FormPairs;
  readonly WorkspaceSid: string | undefined;
  readonly AccountSid: string | undefined;
  readonly Timestamp: string | undefined;
}

/**
 * What assignments and events share. Costly parts are made on first use. The two functions are getters, not methods,
 * because handlers destructure the context.
 */
export abstract class BaseContext implements CallbackContext {
  readonly workspaceSid: string | undefined;
  readonly accountSid: string | undefined;
  readonly #run: Run;
  readonly #parts: ContextParts;
  readonly #sent: CommonForm;
  readonly #waitUntil: WaitUntil | undefined;
  #form: URLSearchParams | undefined;
  #log: Logger | undefined;

  constructor(form: CommonForm, run: Run, parts: ContextParts, waitUntil: WaitUntil | undefined) {
    this.workspaceSid = form.WorkspaceSid;
    this.accountSid = form.AccountSid;
    this.#run = run;
    this.#parts = parts;
    this.#sent = form;
    this.#waitUntil = waitUntil;
  }

  get remainingMs(): () => number {
    return () => this.#run.remainingMs();
  }

  get after(): (task: () => unknown) => void {
    return (task) => this.doAfter(task);
  }

  get form(): URLSearchParams {
    this.#form ??= new URLSearchParams(
      this.#sent.pairs.map(([name, value]): [string, string] => [name, value]),
    );
    return this.#form;
  }

  get client(): HandlerClient {
    const client = this.callbackClient;
    if (!client) throw noClient('client');
    return client.workspace(this.workspaceSid ?? '') as HandlerClient;
  }

  get timestamp(): Date | undefined {
    return this.#sent.Timestamp === undefined ? undefined : parseTimestamp(this.#sent.Timestamp);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get log(): Logger {
    this.#log ??= withFields(this.#parts.log, this.logFields());
    return this.#log;
  }

  protected get callbackClient(): CallbackClient | undefined {
    return clientFor(this.#parts.client, this.accountSid);
  }

  /** Runs it now and tracks it; logs its failure. */
  protected doAfter(task: () => unknown): void {
    const failed = (error: unknown) => this.log.error({ err: error }, 'Work given to after() failed');
    keepAtWork(this.#waitUntil, this.#parts.background.run(task, failed));
  }

  /** The SIDs that name this callback in a log line. */
  protected abstract logFields(): object;
}
