import type { Events } from './events.js';
import type { Fault } from './plan.js';
import type { RedisServer } from './redis-link.js';
import type { Said } from './trace.js';
import type { Life } from './world.js';

/** What faults take hold of. */
export interface Hands {
  readonly events: Events;
  readonly server: RedisServer;
  readonly say: (said: Said) => void;
  /** Who lives in each slot at the moment. */
  readonly slots: readonly (Life | undefined)[];
  readonly lives: readonly Life[];
  readonly die: (life: Life, restartMs: number) => void;
  readonly close: (life: Life, timeoutMs: number, restartMs: number) => Promise<void>;
  readonly emptyStore: () => void;
}

/** Lets one fault happen, if there is somebody for it to happen to. */
export function befall(fault: Fault, hands: Hands): void {
  const { events, server, say, lives } = hands;
  const { kind } = fault;
  const life = 'slot' in fault ? hands.slots[fault.slot] : undefined;
  if ('slot' in fault && life === undefined) return;
  const { atMs: _at, slot: _slot, kind: _kind, ...facts } = fault as Fault & { slot?: number };
  say({ kind: 'fault', what: `${kind} ${JSON.stringify(facts)}`, life: life?.process.name });
  switch (kind) {
    case 'kill':
      hands.die(life!, fault.restartMs);
      return;
    case 'pause': {
      const { process } = life!;
      if (process.paused) return;
      process.pause();
      say({ kind: 'paused', life: process.name });
      events.in(fault.forMs, undefined, 'input', () => {
        if (process.dead) return;
        say({ kind: 'resumed', life: process.name });
        process.resume();
      });
      return;
    }
    case 'jump':
      life!.process.skew += fault.byMs;
      return;
    case 'close':
      void hands.close(life!, fault.timeoutMs, fault.restartMs);
      return;
    case 'reset':
      life!.link.reset(fault.forMs);
      return;
    case 'cut': {
      const { link } = life!;
      link.blockedUntil = events.now + fault.forMs;
      link.drops = fault.drops;
      if (fault.drops) events.in(Math.min(fault.forMs, 5_000), undefined, 'input', () => link.reset(50));
      return;
    }
    case 'slow': {
      const { link } = life!;
      link.slowBy = fault.byMs;
      events.in(fault.forMs, undefined, 'input', () => {
        link.slowBy = 0;
      });
      return;
    }
    case 'redis down':
      server.up = false;
      if (fault.empties) hands.emptyStore();
      server.model.forgetScripts();
      for (const each of lives) if (!each.process.dead) each.link.reset(50);
      events.in(fault.forMs, undefined, 'input', () => {
        server.up = true;
      });
      return;
    case 'redis stalls':
      server.stalledUntil = Math.max(server.stalledUntil, events.now + fault.forMs);
      return;
    case 'redis refuses':
      server.refusing = true;
      events.in(fault.forMs, undefined, 'input', () => {
        server.refusing = false;
      });
      return;
    case 'redis emptied':
      hands.emptyStore();
      return;
    case 'script flush':
      server.model.forgetScripts();
      return;
  }
}
