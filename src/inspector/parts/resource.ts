import { useEffect, useState } from 'preact/hooks';
import { ask, Refused } from '../data/api.js';

export interface Resource<T> {
  /** The newest answer; what came for another path is not shown. */
  readonly data: T | undefined;
  readonly error: string | undefined;
}

/** No oftener, while what it shows keeps changing. */
const AGAIN_MS = 300;

/**
 * Reads a path of the feed, and again when `version` changes; what was read before stays until then.
 * @param path - undefined: nothing is read.
 */
export function useResource<T>(path: string | undefined, version: unknown): Resource<T> {
  const [state, setState] = useState<
    Resource<T> & { readonly path: string | undefined; readonly at: number }
  >({
    path: undefined,
    at: 0,
    data: undefined,
    error: undefined,
  });
  useEffect(() => {
    if (path === undefined) return undefined;
    const controller = new AbortController();
    const wait = state.path === path ? Math.max(0, state.at + AGAIN_MS - performance.now()) : 0;
    const timer = setTimeout(async () => {
      try {
        const data = await ask<T>(path, controller.signal);
        if (!controller.signal.aborted) setState({ path, at: performance.now(), data, error: undefined });
      } catch (error) {
        if (controller.signal.aborted) return;
        const message = error instanceof Refused ? error.message : String(error);
        setState({ path, at: performance.now(), data: undefined, error: message });
      }
    }, wait);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [path, version]);
  return state.path === path ? state : { data: undefined, error: undefined };
}
