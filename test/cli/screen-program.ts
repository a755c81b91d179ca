// Draws a screen as `dev` does, on the terminal that dev-screen.test.ts gives it.
import { setTimeout as sleep } from 'node:timers/promises';
import { createScreen } from '../../src/cli/dev-screen.js';
import { createProgress } from '../../src/cli/progress.js';

const [kind] = process.argv.slice(2);
if (kind === 'apply') {
  const progress = createProgress(2);
  const [first, second] = [
    { action: 'create', kind: 'taskQueue', name: '客服 \u202e', cause: 'unknown', fields: [] },
    { action: 'create', kind: 'worker', name: 'Ann', cause: 'unknown', fields: [] },
  ] as const;
  progress.step({ change: first, state: 'started', number: 1, of: 2 });
  progress.step({ change: second, state: 'started', number: 2, of: 2 });
  await sleep(450);
  progress.step({ change: first, state: 'done', number: 1, of: 2 });
  progress.step({ change: second, state: 'failed', number: 2, of: 2, error: new Error('refused') });
  progress.end();
  console.log('the end');
  process.exit();
}
const screen = createScreen(kind === 'json', () => ['waiting 2', 'reserved 1', 'answered 40', 'p95 3 ms']);
/** Until the status line has been drawn. */
const drawn = () => sleep(450);

screen.event('a task', { event: 'step' });
await drawn();
console.log('a handler says');
console.error('and complains');
await drawn();
process.stdout.write('half ');
await drawn();
screen.event('a row', { event: 'step' });
await drawn();
if (kind === 'dies') process.exit(3);
screen.close();
console.log('the end');
