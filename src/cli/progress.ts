import { visible } from '../emulator/visible.js';
import { type ApplyStep, KIND_WORDS } from '../workspace/index.js';
import { paint, print } from './print.js';
import { drawStatus } from './status-line.js';

export interface Progress {
  step(step: ApplyStep): void;
  end(): void;
}

const MARKS = { done: ['✔', 'green'], kept: ['-', 'yellow'], failed: ['✖', 'red'] } as const;
const PAST = { create: 'created', update: 'updated', rename: 'renamed', delete: 'deleted' } as const;

/** Shows how an apply goes: a line for each step that has ended, and on a terminal one for what is under way. */
export function createProgress(total: number): Progress {
  const under = new Set<ApplyStep['change']>();
  let ended = 0;
  const statusLine = drawStatus(() => {
    const [first] = under;
    if (!first) return [];
    const more = under.size - 1;
    return [`${ended}/${total}`, visible(describe(first)), ...(more > 0 ? [`and ${more} more`] : [])];
  });
  return {
    step({ change, state, error }) {
      if (state === 'started') {
        under.add(change);
        return;
      }
      under.delete(change);
      ended += 1;
      const [mark, style] = MARKS[state];
      const what = state === 'done' ? `${PAST[change.action]} ${noun(change)}` : describe(change);
      const why = error instanceof Error ? `: ${error.message}` : '';
      print(`${paint(style, mark)} ${paint('dim', `[${ended}/${total}]`)} ${what}${why}`);
    },
    end: () => statusLine?.end(),
  };
}

const noun = ({ kind, name }: ApplyStep['change']) => `${KIND_WORDS[kind]} ${JSON.stringify(name)}`;
const describe = (change: ApplyStep['change']) => `${change.action} ${noun(change)}`;
