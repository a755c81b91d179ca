import type { DebuggerEntry, Delivery } from '../delivery/log.js';
import type { Bounds } from './bounds.js';
import { ChangeLog, type Changing } from './change-log.js';
import { Grouped } from './grouped.js';
import { Packed } from './packed.js';
import { signatureVerdict } from './signature.js';
import { toldBy } from './told.js';
import type { DebuggerItem, DeliverySummary } from './types.js';

/** What is put away until someone opens a delivery. */
type Rest = Pick<Delivery, 'parameters' | 'method' | 'token' | 'serverTiming' | 'contentType' | 'answer'>;

/** Told as it is, without a copy: a list may walk over all of them. */
type Summary = Changing & { warning: DeliverySummary['warning'] } & Omit<DeliverySummary, 'seq' | 'warning'>;

/** Words that come again and again, such as a URL, are one string in memory as long as they are one string here. */
interface Kept {
  readonly summary: Summary;
  readonly rest: Packed<Rest>;
}

/** A summary as an object, with its texts. */
const summaryBytes = 900;
const debuggerBytes = 700;
const mostDebugger = 1_000;
const longestMessage = 1_000;

/** Deliveries and the entries of the debugger: the newest, within bounds of number and of memory. */
export class DeliveryStore {
  readonly #all = new Map<number, Kept>();
  readonly #changes = new ChangeLog<Summary>();
  readonly #ofTask = new Grouped<string | null, DeliverySummary>();
  readonly #replaysOf = new Grouped<number | null, DeliverySummary>();
  readonly #entries = new Map<DebuggerItem, DebuggerItem & { seq: number }>();
  readonly #entryChanges = new ChangeLog<DebuggerItem & { seq: number }>();
  readonly bounds: Bounds;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  add(delivery: Delivery, seq: number): void {
    const { parameters, method, token, serverTiming, contentType, answer } = delivery;
    const { handler, verdict } = toldBy(delivery);
    const kept: Kept = {
      rest: new Packed({ parameters, method, token, serverTiming, contentType, answer }),
      summary: {
        seq: 0,
        warning: null,
        id: delivery.id,
        callback: delivery.callback,
        via: delivery.via,
        at: delivery.at,
        ms: delivery.ms,
        limitMs: delivery.callback === 'assignment' ? 5_000 : 15_000,
        url: delivery.url,
        workspaceSid: delivery.workspaceSid,
        eventType: delivery.eventType,
        taskSid: delivery.taskSid ?? null,
        reservationSid: delivery.reservationSid ?? null,
        outcome: delivery.outcome,
        status: delivery.status ?? null,
        instruction: delivery.instruction ?? null,
        handler,
        verdict,
        signature: signatureVerdict(delivery),
        replayOf: delivery.replayOf ?? null,
      },
    };
    const { summary } = kept;
    this.#all.set(summary.id, kept);
    this.#ofTask.add(summary.taskSid, summary);
    this.#replaysOf.add(summary.replayOf, summary);
    this.#changes.touch(summary, seq);
    this.bounds.bytes += summaryBytes + kept.rest.size;
    while (this.bounds.exceededBy(this.#all.size)) this.#drop();
  }

  #drop(): void {
    const [oldest] = this.#all;
    if (!oldest) return;
    const [id, kept] = oldest;
    const { summary } = kept;
    this.#all.delete(id);
    this.#ofTask.remove(summary.taskSid, summary);
    this.#replaysOf.remove(summary.replayOf, summary);
    this.#changes.remove(summary);
    this.bounds.bytes -= summaryBytes + kept.rest.size;
    this.bounds.dropped += 1;
  }

  /** @returns the entry as it is shown. */
  debug(entry: DebuggerEntry, seq: number): void {
    const item = {
      seq: 0,
      at: entry.at,
      code: entry.code,
      level: entry.level,
      message: entry.message.slice(0, longestMessage),
      workspaceSid: entry.workspaceSid,
      taskSid: entry.taskSid ?? null,
      reservationSid: entry.reservationSid ?? null,
      deliveryId: entry.deliveryId ?? null,
    };
    this.#entries.set(item, item);
    this.#entryChanges.touch(item, seq);
    this.bounds.bytes += debuggerBytes;
    if (this.#entries.size > mostDebugger) {
      const [oldest] = this.#entries.values();
      this.#entries.delete(oldest!);
      this.#entryChanges.remove(oldest!);
      this.bounds.bytes -= debuggerBytes;
    }
    const about = this.#all.get(item.deliveryId ?? 0)?.summary;
    if (!about || about.warning?.level === 'error') return;
    about.warning = { code: item.code, level: item.level };
    this.#changes.touch(about, seq);
  }

  /** Newest change first; `before`: only what changed earlier. */
  newest(before?: number): Generator<DeliverySummary> {
    return this.#changes.newest(before);
  }

  since(after: number, most: number): { readonly items: readonly DeliverySummary[]; readonly more: number } {
    return this.#changes.since(after, most);
  }

  /** About one task, oldest first. */
  ofTask(sid: string): Iterable<DeliverySummary> {
    return this.#ofTask.of(sid);
  }

  /** The replays of a delivery, oldest first. */
  replaysOf(id: number): Iterable<DeliverySummary> {
    return this.#replaysOf.of(id);
  }

  debuggerSince(after: number, most: number) {
    return this.#entryChanges.since(after, most);
  }

  /** Entries of the debugger, oldest first. */
  debugger(fits: (item: DebuggerItem) => boolean): readonly DebuggerItem[] {
    return [...this.#entries.values()].filter(fits);
  }

  /** The delivery as it was made; undefined: it is no longer kept. */
  get(id: number): { readonly summary: DeliverySummary; readonly delivery: Delivery } | undefined {
    const kept = this.#all.get(id);
    if (!kept) return undefined;
    const { summary } = kept;
    const rest = kept.rest.read();
    const delivery: Delivery = {
      kind: 'delivery',
      id,
      callback: summary.callback,
      via: summary.via,
      at: summary.at,
      ms: summary.ms,
      url: summary.url,
      workspaceSid: summary.workspaceSid,
      eventType: summary.eventType,
      taskSid: summary.taskSid ?? undefined,
      reservationSid: summary.reservationSid ?? undefined,
      outcome: summary.outcome,
      status: summary.status ?? undefined,
      instruction: summary.instruction ?? undefined,
      replayOf: summary.replayOf ?? undefined,
      ...rest,
      answer: rest.answer,
    };
    return { summary, delivery };
  }
}
