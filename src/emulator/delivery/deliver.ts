import { eventAnswerProblem, type JudgedAnswer, judgeAssignmentAnswer } from '../../instructions/index.js';
import type { Logger } from '../../log.js';
import { type AssignmentDue, describeEvent, type EngineEvent, EngineRefusal } from '../engine/index.js';
import type { InstructionExecutor, World } from '../world/world.js';
import type { About, CallbackSender, Outgoing } from './sender.js';

/** twilio.com/docs/taskrouter/handle-assignment-callbacks */
const ASSIGNMENT_LIMIT_MS = 5_000;
/** twilio.com/docs/taskrouter/api/event */
const EVENT_LIMIT_MS = 15_000;

export interface DelivererOptions {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly log: Logger;
  readonly sender: CallbackSender;
  /** Sends names and the channel with assignment callbacks, which no page of Twilio's documents. */
  readonly unconfirmedParameters: boolean;
  /** What 204 means for an assignment callback. */
  readonly noContent: 'defer' | 'fail';
}

/** The answer names no instruction, so none has failed. */
const NO_INSTRUCTION = new Set([40001, 40005]);

type Taken = Exclude<JudgedAnswer, { verdict: 'failed' }> & { readonly deliveryId: number };

/** Sends assignment and event callbacks, and acts on what they are answered. */
export class Deliverer {
  readonly #options: DelivererOptions;
  /** Where a workspace wants its events: the engine has forgotten it when the last one is told. */
  readonly #eventTargets = new Map<string, { readonly url: string; readonly filter: string }>();

  constructor(options: DelivererOptions) {
    this.#options = options;
    for (const sid of options.world.workspaces.keys()) this.#eventTarget(sid);
  }

  /** Asks the endpoint what to do with a reservation: the callback, then its fallback. */
  assignment(due: AssignmentDue): void {
    this.#options.sender.follow(this.#assign(due));
  }

  /** Tells the workspace's event callback, if it has one and wants to hear of this. */
  event(event: EngineEvent): void {
    const { url, filter } = this.#eventTarget(event.workspaceSid);
    if (event.type === 'workspace.deleted') this.#eventTargets.delete(event.workspaceSid);
    const wanted = filter.split(',').map((type) => type.trim());
    if (url === '' || (filter.trim() !== '' && !wanted.includes(event.type))) return;
    this.#options.sender.follow(this.#notify(event, url));
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
    if (this.#options.sender.closed) return;
    const answered = { ...about, deliveryId: answer?.deliveryId };
    const reservation = { workspaceSid, sid: reservationSid };
    this.#act(answered, () => {
      if (answer === undefined) {
        const found = world.workspaces.get(workspaceSid)?.reservations.get(reservationSid);
        if (found?.reservationStatus === 'pending') world.dispatch('callbackFailed', reservation);
        return;
      }
      if (answer.verdict === 'unreadable') {
        this.#options.sender.debug(answered, answer.code, answer.message);
        if (!NO_INSTRUCTION.has(answer.code)) world.dispatch('instructionFailed', reservation);
        return;
      }
      world.dispatch('callbackAnswered', reservation);
      if (answer.warning)
        this.#options.sender.debug(answered, answer.warning.code, answer.warning.message, 'warning');
      if (answer.instruction.instruction === 'defer') return;
      const problem = executor.execute(workspaceSid, reservationSid, answer.instruction, 'callback');
      if (!problem) return;
      this.#options.sender.debug(answered, problem.code, problem.message);
      world.dispatch('instructionFailed', reservation);
    });
  }

  /** Changes the engine after an answer. What it refuses came too late, or twice: the debugger says so. */
  #act(about: About, change: () => void): void {
    try {
      change();
    } catch (error) {
      if (error instanceof EngineRefusal) this.#options.sender.debug(about, error.twilioCode, error.message);
      // The rule for phones is the user's own.
      else this.#options.log.error({ error, ...about }, 'an answer could not be acted on');
    }
  }

  /** An answer Twilio would keep; undefined: the fallback's case. */
  async #ask(request: Outgoing): Promise<Taken | undefined> {
    const posted = await this.#options.sender.send(request);
    if (!posted) return undefined;
    const { via } = request;
    const about = { ...request.about, deliveryId: posted.deliveryId };
    if (!posted.ok) {
      this.#options.sender.debug(
        about,
        11205,
        `The ${via} assignment callback got no answer in time: ${posted.reason}`,
      );
      return undefined;
    }
    const judged = judgeAssignmentAnswer(posted, this.#options);
    if (judged.verdict !== 'failed') return { ...judged, deliveryId: posted.deliveryId };
    this.#options.sender.debug(
      about,
      judged.code,
      `The ${via} assignment callback failed: ${judged.message}`,
    );
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
    const posted = await this.#options.sender.send({
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
      this.#options.sender.debug(sent, 11205, `The event callback got no answer in time: ${posted.reason}`);
      return;
    }
    const problem = eventAnswerProblem(posted);
    if (problem)
      this.#options.sender.debug(sent, problem.code, `The event callback failed: ${problem.message}`);
  }
}
