import { beforeAll, expect, test } from 'vitest';
import { open, settled, useBrowser } from './browser.js';
import { endpoint, withPage } from './world.js';

useBrowser();
let url = '';
beforeAll(async () => {
  url = await endpoint();
});

const EVIL = '"><img src=x onerror=window.struck=1>';

test('markup in every name and attribute is shown as text', async () => {
  const emulator = await withPage();
  const { workflows, workers } = emulator.seed({
    friendlyName: `Centre ${EVIL}`,
    activities: { [`Away ${EVIL}`]: { available: false } },
    taskChannels: { evil: { friendlyName: EVIL } },
    workers: { [`Ada ${EVIL}`]: { activity: 'Available', attributes: { [EVIL]: EVIL, level: 2 } } },
    taskQueues: { [`Queue ${EVIL}`]: { targetWorkers: 'level >= 2' } },
    workflows: {
      [`Flow ${EVIL}`]: {
        filters: [{ name: EVIL, expression: `type == 'x'`, targets: [{ queue: `Queue ${EVIL}` }] }],
        defaultQueue: `Queue ${EVIL}`,
        assignmentCallbackUrl: `${url}/assignment?${encodeURIComponent(EVIL)}`,
      },
    },
  });
  const task = emulator.createTask({
    attributes: { type: 'x', [EVIL]: EVIL, deep: { [EVIL]: [EVIL, { [EVIL]: EVIL }] } },
    taskChannel: 'evil',
  });
  emulator.createTask({ attributes: { type: 'x', from: EVIL } });
  await emulator.quiet();
  const [flow] = Object.values(workflows);
  const [ada] = Object.values(workers);
  const page = await open(emulator.url);
  for (const hash of [
    '#/floor',
    `#/tasks/${task.sid}`,
    '#/deliveries/1',
    `#/workflows/${flow}?task=${task.sid}`,
    `#/floor?be=${ada}`,
    '#/floor?new=1',
    `#/tasks?search=${encodeURIComponent(EVIL)}`,
    `#/tasks/${encodeURIComponent(EVIL)}?at=${encodeURIComponent(EVIL)}`,
    `#/floor?workspace=${encodeURIComponent(EVIL)}`,
  ]) {
    await page.goto(`${emulator.url}/${hash}`);
    await settled(page);
    expect(await page.locator('img, main script, #page script, iframe').count(), hash).toBe(0);
    expect(await page.evaluate('window.struck'), hash).toBeUndefined();
  }
  await page.goto(`${emulator.url}/#/tasks/${task.sid}`);
  await page.getByText(EVIL).first().waitFor();
});

test('writing from right to left, emoji and overlong texts stay in their places', async () => {
  const emulator = await withPage();
  const long = 'x'.repeat(3_000);
  emulator.seed({
    workers: { '\u202eשלום': { activity: 'Available' }, ['W'.repeat(64)]: { activity: 'Available' } },
    taskQueues: { '👩‍👩‍👧‍👦 مرحبا': {} },
    workflows: { Help: { defaultQueue: '👩‍👩‍👧‍👦 مرحبا' } },
  });
  const task = emulator.createTask({ attributes: { [long.slice(0, 500)]: long, ערב: 'טוב' } });
  const page = await open(emulator.url, `#/tasks/${task.sid}`, {
    viewport: { width: 400, height: 800 },
    colorScheme: 'dark',
  });
  await page.getByText('3000 characters').waitFor();
  for (const hash of [`#/tasks/${task.sid}`, '#/floor', '#/tasks', '#/workflows']) {
    await page.goto(`${emulator.url}/${hash}`);
    await settled(page);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow), hash).toBe(0);
  }
});
