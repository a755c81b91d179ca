import { type ApplyStep, KIND_WORDS } from '../workspace/index.js';
import { paint, print } from './print.js';

export interface Progress {
  step(step: ApplyStep): void;
  end(): void;
}

const MARKS = { done: ['✔', 'green'], kept: ['-', 'yellow'], failed: ['✖', 'red'] } as const;
const PAST = { create: 'created', update: 'updated', rename: 'renamed', delete: 'deleted' } as const;

/** Shows how an apply goes: a line for each step that has ended, and on a terminal one for what is under way. */
export function createProgress(total: number): Progress {
  const live = process.stdout.isTTY === true;
  const under = new Set<ApplyStep['change']>();
  let ended = 0;
  const status = () => {
    if (!live) return;
    const [first] = under;
    process.stdout.write('\r\u001b[2K');
    if (first) process.stdout.write(paint('dim', `${ended}/${total} ${describe(first).slice(0, 100)} …`));
  };
  return {
    step({ change, state, error }) {
      if (state === 'started') {
        under.add(change);
        status();
        return;
      }
      under.delete(change);
      ended += 1;
      if (live) process.stdout.write('\r\u001b[2K');
      const [mark, style] = MARKS[state];
      const what = state === 'done' ? `${PAST[change.action]} ${noun(change)}` : describe(change);
      const why = error instanceof Error ? `: ${error.message}` : '';
      print(`${paint(style, mark)} ${paint('dim', `[${ended}/${total}]`)} ${what}${why}`);
      status();
    },
    end() {
      if (live) process.stdout.write('\r\u001b[2K');
    },
  };
}

const noun = ({ kind, name }: ApplyStep['change']) => `${KIND_WORDS[kind]} ${JSON.stringify(name)}`;
const describe = (change: ApplyStep['change']) => `${change.action} ${noun(change)}`;
