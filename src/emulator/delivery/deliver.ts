import { setMaxListeners } from 'node:events';
import { eventAnswerProblem, type JudgedAnswer, judgeAssignmentAnswer } from '../../instructions/index.js';
import type { Logger } from '../../log.js';
import { type AssignmentDue, describeEvent, type EngineEvent, EngineRefusal } from '../engine/index.js';
import type { CallbackKind } from '../world/faults.js';
import type { InstructionExecutor, World } from '../world/world.js';
import { Gate, Unfinished } from './concurrency.js';
import { CallbackFaults } from './faults.js';
import type { Delivery, DeliveryLog } from './log.js';
import { type Posted, post } from './post.js';

/** twilio.com/docs/taskrouter/handle-assignment-callbacks */
const ASSIGNMENT_LIMIT_MS = 5_000;
/** twilio.com/docs/taskrouter/api/event */
const EVENT_LIMIT_MS = 15_000;
/** Sockets this machine opens at a time. Twilio has more; the limits of time begin when a request is sent. */
const MOST_AT_ONCE = 64;

export interface DelivererOptions {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly log: Logger;
  readonly deliveries: DeliveryLog;
  readonly fetch: typeof globalThis.fetch;
  /** Sends names and the channel with assignment callbacks, which no page of Twilio's documents. */
  readonly unconfirmedParameters: boolean;
  /** What 204 means for an assignment callback. */
  readonly noContent: 'defer' | 'fail';
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** The answer names no instruction, so none has failed. */
const NO_INSTRUCTION = new Set([40001, 40005]);

/** A request to be made. */
interface Outgoing {
  readonly callback: CallbackKind;
  readonly via: Delivery['via'];
  readonly url: string;
  readonly limitMs: number;
  readonly params: Readonly<Record<string, string>>;
  readonly about: Pick<Delivery, 'workspaceSid' | 'eventType' | 'taskSid' | 'reservationSid'>;
}

/** What came of a request, and the number of its delivery. */
type Sent = Posted & { readonly deliveryId: number };

type Taken = Exclude<JudgedAnswer, { verdict: 'failed' }> & { readonly deliveryId: number };
type About = Outgoing['about'] & { readonly deliveryId?: number | undefined };

/** Sends callbacks and acts on what they are answered. */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #unfinished = new Unfinished();
  readonly #gates = { assignment: new Gate(MOST_AT_ONCE), event: new Gate(MOST_AT_ONCE) };
  readonly #callbackFaults: CallbackFaults;
  readonly #closing = new AbortController();
  /** Where a workspace wants its events: the engine has forgotten it when the last one is told. */
  readonly #eventTargets = new Map<string, { readonly url: string; readonly filter: string }>();

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#callbackFaults = new CallbackFaults(options.world.faults);
    // Every request under way listens to it.
    setMaxListeners(0, this.#closing.signal);
    for (const sid of options.world.workspaces.keys()) this.#eventTarget(sid);
  }

  /** Resolves when no request is under way. */
  quiet(): Promise<void> {
    return this.#unfinished.quiet();
  }

  /** Ends every request; none is sent any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.quiet();
  }

  /** Asks the endpoint what to do with a reservation: the callback, then its fallback. */
  assignment(due: AssignmentDue): void {
    this.#unfinished.add(this.#assign(due));
  }

  /** Tells the workspace's event callback, if it has one and wants to hear of this. */
  event(event: EngineEvent): void {
    const { url, filter } = this.#eventTarget(event.workspaceSid);
    if (event.type === 'workspace.deleted') this.#eventTargets.delete(event.workspaceSid);
    const wanted = filter.split(',').map((type) => type.trim());
    if (url === '' || (filter.trim() !== '' && !wanted.includes(event.type))) return;
    this.#unfinished.add(this.#notify(event, url));
  }

  #eventTarget(workspaceSid: string) {
    const workspace = this.#options.world.workspaces.get(workspaceSid)?.workspace;
    if (workspace) {
      this.#eventTargets.set(workspaceSid, {
        url: workspace.eventCallbackUrl,
        filter: workspace.eventsFilter,
      });
    }
    return this.#eventTargets.get(workspaceSid) ?? { url: '', filter: '' };
  }

  async #assign(due: AssignmentDue): Promise<void> {
    const { world, executor, unconfirmedParameters } = this.#options;
    const { workspaceSid, taskSid, reservationSid } = due;
    const about = { workspaceSid, taskSid, reservationSid, eventType: 'reservation.created' };
    const params = {
      AccountSid: world.accountSid,
      ...due.parameters,
      ...(unconfirmedParameters ? due.undocumented : {}),
    };
    const request = { callback: 'assignment', limitMs: ASSIGNMENT_LIMIT_MS, params, about } as const;
    let answer = await this.#ask({ ...request, via: 'primary', url: due.url });
    if (answer === undefined && due.fallbackUrl !== '') {
      answer = await this.#ask({ ...request, via: 'fallback', url: due.fallbackUrl });
    }
    if (this.#closing.signal.aborted) return;
    const answered = { ...about, deliveryId: answer?.deliveryId };
    const reservation = { workspaceSid, sid: reservationSid };
    this.#act(answered, () => {
      if (answer === undefined) {
        const found = world.workspaces.get(workspaceSid)?.reservations.get(reservationSid);
        if (found?.reservationStatus === 'pending') world.dispatch('callbackFailed', reservation);
        return;
      }
      if (answer.verdict === 'unreadable') {
        this.#debug(answered, answer.code, answer.message);
        if (!NO_INSTRUCTION.has(answer.code)) world.dispatch('instructionFailed', reservation);
        return;
      }
      world.dispatch('callbackAnswered', reservation);
      if (answer.warning) this.#debug(answered, answer.warning.code, answer.warning.message, 'warning');
      if (answer.instruction.instruction === 'defer') return;
      const problem = executor.execute(workspaceSid, reservationSid, answer.instruction, 'callback');
      if (!problem) return;
      this.#debug(answered, problem.code, problem.message);
      world.dispatch('instructionFailed', reservation);
    });
  }

  /** Changes the engine after an answer. What it refuses came too late, or twice: the debugger says so. */
  #act(about: About, change: () => void): void {
    try {
      change();
    } catch (error) {
      if (error instanceof EngineRefusal) this.#debug(about, error.twilioCode, error.message);
      // The rule for phones is the user's own.
      else this.#options.log.error({ error, ...about }, 'an answer could not be acted on');
    }
  }

  /** An answer Twilio would keep; undefined: the fallback's case. */
  async #ask(request: Outgoing): Promise<Taken | undefined> {
    const posted = await this.#send(request);
    if (!posted) return undefined;
    const { via } = request;
    const about = { ...request.about, deliveryId: posted.deliveryId };
    if (!posted.ok) {
      this.#debug(about, 11205, `The ${via} assignment callback got no answer in time: ${posted.reason}`);
      return undefined;
    }
    const judged = judgeAssignmentAnswer(posted, this.#options);
    if (judged.verdict !== 'failed') return { ...judged, deliveryId: posted.deliveryId };
    this.#debug(about, judged.code, `The ${via} assignment callback failed: ${judged.message}`);
    return undefined;
  }

  async #notify(event: EngineEvent, url: string): Promise<void> {
    const { workspaceSid, data } = event;
    const about = {
      workspaceSid,
      eventType: event.type,
      taskSid: data.TaskSid,
      reservationSid: data.ReservationSid,
    };
    const params = {
      EventType: event.type,
      AccountSid: this.#options.world.accountSid,
      WorkspaceSid: workspaceSid,
      WorkspaceName: event.workspaceName,
      EventDescription: describeEvent(event),
      ResourceType: event.resourceType,
      ResourceSid: event.resourceSid,
      Timestamp: String(Math.floor(event.at / 1_000)),
      TimestampMs: String(event.at),
      Sid: event.sid,
      ...data,
    };
    const posted = await this.#send({
      callback: 'event',
      via: 'primary',
      url,
      limitMs: EVENT_LIMIT_MS,
      params,
      about,
    });
    if (!posted) return;
    const sent = { ...about, deliveryId: posted.deliveryId };
    if (!posted.ok) {
      this.#debug(sent, 11205, `The event callback got no answer in time: ${posted.reason}`);
      return;
    }
    const problem = eventAnswerProblem(posted);
    if (problem) this.#debug(sent, problem.code, `The event callback failed: ${problem.message}`);
  }

  /** Sends one request, or two when `duplicate` strikes; undefined: the emulator closes. */
  async #send(request: Outgoing): Promise<Sent | undefined> {
    const { world, hex } = this.#options;
    const answered = await this.#callbackFaults.hold(request.callback, this.#closing.signal);
    const id = hex();
    const token = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join(
      '-',
    );
    const first = this.#post(request, token);
    if (world.faults.take('duplicate', request.callback))
      this.#unfinished.add(this.#post(request, token).then(() => {}));
    try {
      return await first;
    } finally {
      answered();
    }
  }

  async #post(request: Outgoing, token: string): Promise<Sent | undefined> {
    const { world, fetch, deliveries } = this.#options;
    const { callback, via, url, params, limitMs, about } = request;
    return this.#gates[callback].pass(async () => {
      if (this.#closing.signal.aborted) return undefined;
      const at = world.now();
      const common = { ...about, callback, via, url, at, parameters: params, token };
      if (world.faults.take('drop', callback)) {
        const deliveryId = deliveries.delivery({
          ...common,
          ms: 0,
          outcome: 'dropped',
          status: undefined,
          instruction: undefined,
          answer: undefined,
        });
        return { ok: false, ms: 0, reason: 'connection', deliveryId };
      }
      const hangUp = world.faults.take('hangUp', callback) !== undefined;
      const { signal } = this.#closing;
      const { authToken } = world;
      const posted = await post({ url, params, authToken, token, limitMs, fetch, signal, hangUp });
      if (signal.aborted) return undefined;
      const answer = posted.ok ? posted.body : undefined;
      const deliveryId = deliveries.delivery({
        ...common,
        ms: posted.ms,
        outcome: posted.ok ? 'answered' : posted.reason,
        status: posted.ok ? posted.status : undefined,
        instruction: callback === 'assignment' && posted.ok ? this.#instructionIn(posted) : undefined,
        serverTiming: posted.ok ? posted.serverTiming : undefined,
        contentType: posted.ok ? posted.contentType : undefined,
        answer: answer?.slice(0, 2_000),
      });
      return { ...posted, deliveryId };
    });
  }

  /** The name of the instruction an answer holds, if Twilio would take it. */
  #instructionIn(posted: Extract<Posted, { ok: true }>): string | undefined {
    const judged = judgeAssignmentAnswer(posted, this.#options);
    return judged.verdict === 'taken' ? judged.instruction.instruction : undefined;
  }

  #debug(about: About, code: number, message: string, level?: 'warning'): void {
    const { workspaceSid, taskSid, reservationSid, deliveryId } = about;
    const at = this.#options.world.now();
    this.#options.deliveries.debug({
      at,
      code,
      message,
      level,
      workspaceSid,
      taskSid,
      reservationSid,
      deliveryId,
    });
  }
}
