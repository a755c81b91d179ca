// Draws a screen as `dev` does, on the terminal that dev-screen.test.ts gives it.
import { setTimeout as sleep } from 'node:timers/promises';
import { createScreen } from '../../src/cli/dev-screen.js';

const [kind] = process.argv.slice(2);
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
