import type { Clock } from '../../src/clock.js';
import { type MemoryStore, memoryStore } from '../../src/idempotency/store/memory-store.js';
import type { ClaimedRun, ClaimRequest, DeferRequest } from '../../src/idempotency/store/store.js';

interface Journal {
  request: DeferRequest;
  leaseUntil: number;
  readonly limitAt: number;
  claimedPast: boolean;
}

/** The memory store with journals, so that "processes" that share one can take each other's deferred runs over. */
export interface JournalStore extends MemoryStore {
  claim(request: ClaimRequest): ClaimedRun[];
}

export function journalStore({ clock }: { clock: Clock }): JournalStore {
  const memory = memoryStore({ clock });
  const journals = new Map<string, Journal>();

  const store: JournalStore = Object.assign(Object.create(memory) as MemoryStore, {
    defer(request: DeferRequest) {
      const result = memory.defer(request);
      // Repeated when the run has ended, it is stored as well; then there is nothing to hand on.
      if (result.status === 'stored' && memory.renew({ ...request, deferred: true }).status === 'held') {
        const now = clock.now();
        const leaseUntil = now + request.leaseMs;
        journals.set(request.key, {
          request,
          leaseUntil,
          limitAt: now + request.limitMs,
          claimedPast: false,
        });
      }
      return result;
    },
    renew(request: Parameters<MemoryStore['renew']>[0]) {
      const result = memory.renew(request);
      const journal = journals.get(request.key);
      if (result.status === 'held' && journal !== undefined)
        journal.leaseUntil = clock.now() + request.leaseMs;
      return result;
    },
    complete(request: Parameters<MemoryStore['complete']>[0]) {
      const result = memory.complete(request);
      if (result.status === 'stored') journals.delete(request.key);
      return result;
    },
    release({ key, owner }: Parameters<MemoryStore['release']>[0]) {
      memory.release({ key, owner });
      const journal = journals.get(key);
      if (journal?.request.owner !== owner) return;
      journal.leaseUntil = clock.now();
      journal.claimedPast = false;
    },
    forget(key: string) {
      memory.forget(key);
      journals.delete(key);
    },
    claim({ owner, leaseMs, max }: ClaimRequest) {
      const now = clock.now();
      const claimed: ClaimedRun[] = [];
      for (const [key, journal] of journals) {
        if (claimed.length === max) break;
        if (journal.leaseUntil > now) continue;
        const { request } = journal;
        const limitLeftMs = journal.limitAt - now;
        if (limitLeftMs <= 0 && journal.claimedPast) {
          store.complete({ ...request, outcome: { state: 'finished', answer: request.answer } });
          continue;
        }
        journal.claimedPast = limitLeftMs <= 0;
        const formerOwner = request.owner;
        journal.request = { ...request, owner, leaseMs, attempt: request.attempt + 1 };
        journal.leaseUntil = now + leaseMs;
        memory.forget(key);
        memory.defer(journal.request);
        const { fingerprint, attempt, answer, journal: text } = journal.request;
        claimed.push({ key, fingerprint, attempt, answer, journal: text, limitLeftMs, formerOwner });
      }
      return claimed;
    },
  });
  return store;
}
