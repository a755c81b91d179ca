/**
 * Counts the timers of this program and its packages. It must be imported before them. `process.getActiveResourcesInfo()`
 * leaves out timers that do not keep the process, and ours mostly do not.
 */
type WithState = NodeJS.Timeout & { readonly _destroyed: boolean };

let set = new Set<WithState>();
let sweepAt = 1_000;

const isOpen = (timer: WithState) => !timer._destroyed;

/** How many timers are set at the moment. */
export function openTimers(): number {
  set = new Set([...set].filter(isOpen));
  return set.size;
}

function counted<F extends typeof setTimeout | typeof setInterval>(real: F): F {
  const wrapped = (...args: Parameters<typeof setTimeout>) => {
    const timer = real(...args) as WithState;
    set.add(timer);
    if (set.size > sweepAt) sweepAt = 2 * openTimers() + 1_000;
    return timer;
  };
  return Object.assign(wrapped, real) as unknown as F;
}

globalThis.setTimeout = counted(setTimeout);
globalThis.setInterval = counted(setInterval);
