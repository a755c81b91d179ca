import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export const ROW = 32;
const OVERSCAN = 8;

export interface VirtualListProps {
  /** For screen readers. */
  readonly label: string;
  readonly count: number;
  readonly keyAt: (index: number) => string | number;
  /** One link or button, 32 pixels high. */
  readonly row: (index: number, tabIndex: 0 | -1) => ComponentChildren;
  /** Grows to so many rows and scrolls then; without it, it fills what is there. */
  readonly maxRows?: number;
  /** The row that is chosen: it is scrolled to when it changes. */
  readonly chosen?: number;
}

/**
 * A long list of which only the rows in sight exist. Arrow keys, Page, Home and End go from row to row; Tab goes past
 * the list. What is read stays where it is while new rows come in above.
 */
export function VirtualList({ label, count, keyAt, row, maxRows, chosen }: VirtualListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((version: number, _: undefined) => version + 1, 0);
  const [active, setActive] = useState<string | number | undefined>(undefined);
  const focusNext = useRef<number | undefined>(undefined);
  const top = useRef<{ key: string | number; index: number; count: number } | undefined>(undefined);
  const latest = useRef(keyAt);
  latest.current = keyAt;
  const [getItemKey] = useState(() => (index: number) => latest.current(index));
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    // The same function each time: with another one all rows would be measured anew.
    getItemKey,
    overscan: OVERSCAN,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(undefined),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());

  // New rows above push down what is read: scroll by as much, unless the newest are what is read.
  useLayoutEffect(() => {
    const box = scroller.current;
    const before = top.current;
    if (box && before && box.scrollTop > ROW) {
      const now = placeOf(before.key, before.index + count - before.count, count, keyAt);
      if (now !== undefined && now !== before.index) box.scrollTop += (now - before.index) * ROW;
    }
    const index = Math.min(count - 1, Math.floor((box?.scrollTop ?? 0) / ROW));
    top.current = index >= 0 ? { key: keyAt(index), index, count } : undefined;
  });

  useLayoutEffect(() => {
    if (chosen !== undefined && chosen >= 0) virtual.scrollToIndex(chosen, { align: 'auto' });
  }, [chosen !== undefined && chosen >= 0 ? keyAt(chosen) : undefined]);

  const items = virtual.getVirtualItems().map(({ index, start }) => ({ index, start, key: keyAt(index) }));
  useLayoutEffect(() => {
    const index = focusNext.current;
    if (index === undefined) return;
    const target = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] > *`);
    if (!target) return;
    focusNext.current = undefined;
    target.focus({ preventScroll: true });
  });

  const move = (event: KeyboardEvent) => {
    const holder = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    const step = STEPS[event.key];
    if (!holder || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(count - 1, Number(holder.dataset.index) + step));
    setActive(keyAt(index));
    focusNext.current = index;
    virtual.scrollToIndex(index, { align: 'auto' });
    redraw(undefined);
  };

  // Tab stops at one row alone: the one that was used last, else the chosen one, else the first in sight.
  const stops = new Set(items.map(({ key }) => key));
  const chosenKey = chosen !== undefined && chosen >= 0 ? keyAt(chosen) : undefined;
  const stop = [active, chosenKey].find((key) => key !== undefined && stops.has(key)) ?? items[0]?.key;
  const height = maxRows === undefined ? undefined : `${Math.min(count, maxRows) * ROW}px`;
  return (
    <div class="virtual" ref={scroller} style={height === undefined ? {} : { height }}>
      <ul aria-label={label} onKeyDown={move} style={{ height: `${virtual.getTotalSize()}px` }}>
        {items.map(({ key, index, start }) => (
          <li
            key={key}
            data-index={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start}px)` }}
            onFocusIn={() => setActive(key as string | number)}
          >
            {row(index, key === stop ? 0 : -1)}
          </li>
        ))}
      </ul>
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Where a row is now: where it should be, else somewhere near. */
function placeOf(
  key: string | number,
  guess: number,
  count: number,
  keyAt: (index: number) => string | number,
): number | undefined {
  for (let away = 0; away <= 600; away += 1) {
    for (const index of [guess + away, guess - away]) {
      if (index >= 0 && index < count && keyAt(index) === key) return index;
    }
  }
  return undefined;
}
