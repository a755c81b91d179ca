import { LRUCache } from 'lru-cache';

/** A map that forgets what was used least recently. */
export interface LruCache<K, V> {
  has(key: K): boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
}

/** @param max how many entries are kept; more push the least recently used one out. */
export const lruCache = <K extends string, V extends object>(max: number): LruCache<K, V> =>
  new LRUCache<K, V>({ max });
