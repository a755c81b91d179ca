import type { ComponentChildren } from 'preact';

/** Words for those who hear a row and do not see its columns. */
export function Unseen({ children }: { children: ComponentChildren }) {
  return <span class="sr-only">{children}</span>;
}
