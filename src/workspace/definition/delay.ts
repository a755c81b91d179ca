import type { Seconds, TargetDefinition } from './types.js';

/** A target that no worker fits, so that the task waits its timeout and moves on. */
export type DelayTarget<Queue extends string = string> = Pick<
  TargetDefinition,
  'expression' | 'timeout' | 'priority'
> & { readonly queue?: Queue | undefined };

/**
 * A routing step in which the task only waits: `1==0` with a timeout, as people write it by hand.
 *
 * @param time - how long: `'10m'`, or a number of seconds.
 * @param more - the queue to wait in, which the first step of a filter must name, and a priority.
 * @example targets: [{ queue: 'Support', timeout: '30s' }, delay('10m'), { queue: 'Everyone' }]
 */
export function delay(time: Seconds): DelayTarget<never>;
export function delay<const Queue extends string = never>(
  time: Seconds,
  more: { readonly queue?: Queue | undefined; readonly priority?: number | undefined },
): DelayTarget<Queue>;
export function delay(time: Seconds, more: Partial<DelayTarget> = {}): DelayTarget {
  return { ...more, expression: '1==0', timeout: time };
}
