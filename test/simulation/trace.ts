/** What happened in a world, in its order: what the checker proves from, and what a violation is printed with. */
export type Entry = { readonly at: number } & (
  | { readonly kind: 'born' | 'died' | 'closed'; readonly life: string }
  /** `cut`: the limit of close() passed, runs are given up. */
  | { readonly kind: 'closing'; readonly life: string; readonly timeoutMs: number }
  | { readonly kind: 'fault'; readonly what: string; readonly life?: string | undefined }
  | { readonly kind: 'paused' | 'resumed'; readonly life: string }
  | {
      readonly kind: 'request';
      readonly life: string;
      readonly reservation: string;
      readonly request: number;
      readonly path: 'primary' | 'fallback';
    }
  | {
      readonly kind: 'answer';
      readonly life: string;
      readonly reservation: string;
      readonly request: number;
      readonly status: number;
      readonly body: string;
    }
  /** The handler begins, returns a decision (or its deferred function does), or throws. */
  | {
      readonly kind: 'run' | 'decided' | 'threw';
      readonly life: string;
      readonly reservation: string;
      readonly run: number;
      readonly what?: string;
    }
  /** A REST update leaves the process. */
  | {
      readonly kind: 'sent';
      readonly life: string;
      readonly reservation: string;
      readonly instruction: string;
    }
  | {
      readonly kind: 'deferred';
      readonly life: string;
      readonly reservation: string;
      readonly outcome: string;
    }
  /** A script has run. */
  | {
      readonly kind: 'script';
      readonly life: string;
      readonly script: string;
      readonly key: string;
      readonly reply: string;
    }
  | { readonly kind: 'emptied' }
  /** The stored answer of a record was replaced by another. */
  | { readonly kind: 'overwritten'; readonly key: string; readonly from: string; readonly to: string }
  | { readonly kind: 'log'; readonly life: string; readonly level: string; readonly message: string }
  | { readonly kind: 'error'; readonly life: string; readonly message: string }
);

/** An entry before the world has dated it. */
export type Said = Entry extends infer E
  ? E extends { readonly at: number }
    ? Omit<E, 'at'>
    : never
  : never;

/** One line an entry, for people. Times are milliseconds from the beginning. */
export function printTrace(trace: readonly Entry[], start: number): string {
  return trace
    .map((entry) => `  ${String(Math.round((entry.at - start) * 10) / 10).padStart(8)}  ${lineOf(entry)}`)
    .join('\n');
}

function lineOf(entry: Entry): string {
  const life = 'life' in entry && entry.life ? `${entry.life} ` : '';
  switch (entry.kind) {
    case 'request':
      return `${life}<- ${entry.reservation} request ${entry.request} (${entry.path})`;
    case 'answer':
      return `${life}-> ${entry.reservation} request ${entry.request}: ${entry.status} ${entry.status === 200 ? entry.body : ''}`;
    case 'run':
    case 'decided':
    case 'threw':
      return `${life}   ${entry.reservation} handler run ${entry.run}: ${{ run: 'begins', decided: 'decides', threw: 'throws' }[entry.kind]} ${entry.what ?? ''}`;
    case 'sent':
      return `${life}=> ${entry.reservation} REST update: ${entry.instruction}`;
    case 'deferred':
      return `${life}   ${entry.reservation} deferred answer: ${entry.outcome}`;
    case 'script':
      return `${life}   redis ${entry.script} ${entry.key}: ${entry.reply}`;
    case 'fault':
      return `${life}!! ${entry.what}`;
    case 'emptied':
      return '!! the store is empty';
    case 'overwritten':
      return `!! ${entry.key}: the answer ${entry.from} became ${entry.to}`;
    case 'log':
      return `${life}   ${entry.level}: ${entry.message}`;
    case 'error':
      return `${life}!! ${entry.message}`;
    case 'closing':
      return `${life}!! close({ timeoutMs: ${entry.timeoutMs} })`;
    default:
      return `${life}!! ${entry.kind}`;
  }
}
