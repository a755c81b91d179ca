import { signRequest } from '../../signature/index.js';
import { signedParts } from '../delivery/post.js';
import { notFound } from '../engine/refusal.js';
import type { World } from '../world/world.js';
import type { Feed } from './feed.js';
import { withoutPassword } from './floor.js';
import { instructionAs } from './instruction-as.js';
import type { Journey } from './journeys.js';
import { explainVerdict } from './signature.js';
import { reservationDeadline } from './steps.js';
import { toldBy } from './told.js';
import type {
  DeliveryDetail,
  DeliverySummary,
  ExplainedAt,
  ParsedAttributes,
  TaskDetail,
  TaskSummary,
} from './types.js';

export function taskSummary(feed: Feed, journey: Journey): TaskSummary {
  return {
    sid: journey.sid,
    seq: journey.seq,
    workspaceSid: journey.workspaceSid,
    status: journey.status,
    reason: journey.reason,
    priority: journey.priority,
    channel: journey.channel,
    workflow: journey.workflow,
    queue: journey.queue,
    workers: journey.workers,
    acceptedBy: journey.acceptedBy,
    createdAt: journey.createdAt,
    updatedAt: journey.updatedAt,
    endedAt: journey.endedAt,
    waitedMs: journey.waitedMs,
    attributes: feed.journeys.body(journey).attributes,
    deliveries: journey.deliveries,
    lastStep: journey.lastStep,
  };
}

/** @throws {EngineRefusal} 404 */
export function taskDetail(feed: Feed, world: Pick<World, 'workspaces'>, sid: string): TaskDetail {
  const journey = feed.journeys.get(sid);
  if (!journey) throw notFound(`/Tasks/${sid}`);
  const view = world.workspaces.get(journey.workspaceSid);
  const { steps, reservations } = feed.journeys.body(journey);
  return {
    ...taskSummary(feed, journey),
    inEngine: view?.tasks.has(sid) ?? false,
    steps,
    droppedSteps: journey.droppedSteps,
    // A ringing phone has stopped the timer since.
    reservations: reservations.map((one) =>
      one.status === 'pending'
        ? { ...one, deadline: reservationDeadline(view?.reservations.get(one.sid)) }
        : one,
    ),
    callbacks: [...feed.deliveries.ofTask(sid)].map(summary),
    debugger: feed.deliveries.debugger(({ taskSid }) => taskSid === sid),
  };
}

/**
 * Why a task is, or was, where it is.
 * @param at - a moment; undefined: now.
 * @throws {EngineRefusal} 404
 */
export function explainedAt(
  feed: Feed,
  world: Pick<World, 'workspaces' | 'now'>,
  sid: string,
  at: number | undefined,
): ExplainedAt {
  const view = [...world.workspaces.values()].find(({ tasks }) => tasks.has(sid));
  if (view && (at === undefined || at >= world.now())) {
    return { ...feed.explain(view.workspace.sid, sid), at: world.now(), source: 'now' };
  }
  const kept = feed.explanations.find(sid, at ?? Number.POSITIVE_INFINITY);
  if (!kept) throw notFound(`/Tasks/${sid}${at === undefined ? '' : `, an explanation of ${at}`}`);
  const { explanation } = kept;
  return {
    ...explanation,
    decisions: explanation.decisions.filter((one) => at === undefined || one.at <= at),
    at: kept.at,
    source: 'kept',
  };
}

const summary = (delivery: DeliverySummary): DeliverySummary => ({
  ...delivery,
  url: withoutPassword(delivery.url),
});

export { summary as deliverySummary };

/** @throws {EngineRefusal} 404 */
export function deliveryDetail(feed: Feed, authToken: string, id: number): DeliveryDetail {
  const found = feed.deliveries.get(id);
  if (!found) throw notFound(`/Deliveries/${id}`);
  const { delivery } = found;
  const { parameters, answer = null, contentType = null, serverTiming = null } = delivery;
  const { limitMs } = found.summary;
  const { url, params } = signedParts(delivery.url, parameters, delivery.method);
  const isForm = delivery.method !== 'GET';
  const headers = {
    ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' } : {}),
    'x-twilio-signature': signRequest({ url, params, authToken }),
    'i-twilio-idempotency-token': delivery.token,
  };
  return {
    ...summary(found.summary),
    parameters,
    requestHeaders: headers,
    taskAttributes: parsed(parameters.TaskAttributes),
    workerAttributes: parsed(parameters.WorkerAttributes),
    signatureVerdict: explainVerdict(delivery, authToken),
    timings: {
      sentAt: delivery.at,
      ms: delivery.ms,
      limitMs,
      leftMs: Math.max(0, limitMs - delivery.ms),
      endpointMs: toldBy(delivery).endpointMs,
    },
    answer,
    contentType,
    serverTiming,
    instructionAs: instructionAs(delivery),
    log: feed.log.about(parameters.ReservationSid, parameters.Sid),
    debugger: feed.deliveries.debugger(({ deliveryId }) => deliveryId === id),
    replays: [...feed.deliveries.replaysOf(id)].map((one) => one.id),
    curl: curl(url, headers, isForm ? parameters : undefined),
  };
}

function parsed(text: string | undefined): ParsedAttributes | null {
  if (text === undefined) return null;
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, text, message: error instanceof Error ? error.message : String(error) };
  }
}

/** In single quotes a shell takes everything as it is, but for the quote. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(
  url: string,
  headers: Readonly<Record<string, string>>,
  form: Readonly<Record<string, string>> | undefined,
): string {
  return [
    `curl ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(form ? [`--data-raw ${quoted(new URLSearchParams(form).toString())}`] : []),
  ].join(' \\\n  ');
}
