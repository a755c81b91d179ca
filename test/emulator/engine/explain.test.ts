import { expect, test } from 'vitest';
import { formatExplanation } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

function support() {
  const world = new World();
  const [sales, help] = [world.queue('Sales', { targetWorkers: "team == 'sales'" }), world.queue('Help')];
  world.workflow({
    filters: [
      {
        filter_friendly_name: 'Gold',
        expression: "tier == 'gold' AND teir != 'x'",
        targets: [{ queue: help }],
      },
      {
        filter_friendly_name: 'Buyers',
        expression: "type == 'sale'",
        targets: [
          { queue: sales, timeout: 30 },
          { queue: help, expression: 'worker.skills HAS task.skill', skip_if: '1==2' },
          { queue: sales },
        ],
      },
    ],
    default_filter: { queue: help },
  });
  world.worker('Ann', { team: 'sales' }, 'Offline');
  world.worker('Ben', { team: 'help', skills: ['de'] });
  world.worker('Cy', { team: 'help', skills: ['fr'] });
  return world;
}

test('why a task is where it is: filters, targets, workers, decisions, misspelt names', () => {
  const world = support();
  world.engine.dispatch('createTask', { workspaceSid: world.workspaceSid, attributes: '{"type":"other"}' });
  const task = world.task({ type: 'sale', skill: 'fr' });
  world.advance(30);
  const explanation = world.engine.explain(world.workspaceSid, task.sid);
  expect(explanation.filters.map(({ name, matches }) => [name, matches])).toEqual([
    ['Gold', false],
    ['Buyers', true],
    ['default filter', false],
  ]);
  expect(explanation.filters[0]!.reasons).toEqual([
    { text: "tier == 'gold'", result: false, missing: ['tier'] },
  ]);
  expect(explanation.filters[1]!.targets.map(({ queueName, fate }) => [queueName, fate])).toEqual([
    ['Sales', 'timed out'],
    ['Help', 'present'],
    ['Sales', 'not reached'],
  ]);
  expect(Object.fromEntries(explanation.workers.map(({ workerName, why }) => [workerName, why]))).toEqual({
    Ann: [
      "the step's expression is false: worker.skills HAS task.skill is false (worker.skills has no value; task.skill is 'fr')",
      'is in the activity Offline, which takes no tasks',
    ],
    Ben: [
      "the step's expression is false: worker.skills HAS task.skill is false (worker.skills is ['de']; task.skill is 'fr')",
      'the channel default is full: 1 of 1',
    ],
    Cy: [expect.stringMatching(/^has this task: reservation WR\w{32} is pending$/)],
  });
  expect(explanation.decisions.map(({ text }) => text)).toEqual([
    'routed by filter "Buyers"',
    'entered target 1 of filter "Buyers", queue Sales',
    expect.stringMatching(/^found nobody eligible: Ann: is in the activity Offline, .* \| Cy: is not in/),
    'left target 1 of filter "Buyers": its timeout elapsed',
    'entered target 2 of filter "Buyers", queue Help',
    'reserved for Cy: idle for longest of those eligible',
  ]);
  expect(explanation.unknownNames).toContainEqual({ name: 'teir', where: 'filter "Gold"' });
});

test('as text', () => {
  const world = support();
  const task = world.task({ type: 'sale' });
  expect(formatExplanation(world.engine.explain(world.workspaceSid, task.sid)).split('\n')).toEqual([
    `Task ${task.sid} is pending, workflow Workflow`,
    '  waits at target 1 of filter "Buyers", queue Sales, until 2026-01-01T00:00:30.000Z (the step\'s timeout)',
    'Filters, for the task as it is now',
    "  Gold does not match: tier == 'gold' is false (tier has no value)",
    '    target 1, queue Help: not reached',
    "  Buyers matches: type == 'sale' is true",
    '    target 1, queue Sales: present',
    '    target 2, queue Help: not reached',
    '    target 3, queue Sales: not reached',
    '  default filter is not asked',
    '    target 1, queue Help: not reached',
    'Workers, as they are now',
    '  Ann: is in the activity Offline, which takes no tasks',
    "  Ben: is not in the queue Sales: team == 'sales' is false (team is 'help')",
    "  Cy: is not in the queue Sales: team == 'sales' is false (team is 'help')",
    'What happened',
    '  2026-01-01T00:00:00.000Z routed by filter "Buyers"',
    '  2026-01-01T00:00:00.000Z entered target 1 of filter "Buyers", queue Sales',
    expect.stringMatching(/^ {2}2026-01-01T00:00:00.000Z found nobody eligible: Ann: /),
    'Note: tier in filter "Gold" has no value anywhere; is it spelt correctly?',
    'Note: teir in filter "Gold" has no value anywhere; is it spelt correctly?',
  ]);
});

test('only the newest decisions are kept, and the number of the others', () => {
  const world = new World();
  world.workflow();
  world.worker('Ann');
  const task = world.task();
  for (let index = 0; index < 50; index++) world.answer(task, 'rejected');
  const { decisions, droppedDecisions } = world.engine.explain(world.workspaceSid, task.sid);
  expect([decisions.length, droppedDecisions]).toEqual([32, 71]);
});

test('a task that is gone cannot be explained', () => {
  const world = support();
  expect(() => world.engine.explain(world.workspaceSid, 'WT0')).toThrow('was not found');
});
