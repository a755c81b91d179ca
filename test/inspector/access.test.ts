import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Emulator } from 'taskrouter-kit/emulator';
import { beforeAll, expect, test } from 'vitest';
import { type Look, open, settled, useBrowser } from './browser.js';
import { centre, endpoint, withPage } from './world.js';

useBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Look at these after a change: nothing compares them. */
const shots = join(tmpdir(), 'taskrouter-kit-screenshots');
let url = '';
beforeAll(async () => {
  url = await endpoint();
  mkdirSync(shots, { recursive: true });
});

/** Tasks in every state, one of them waiting. */
async function busyCentre(): Promise<{ emulator: Emulator; views: Readonly<Record<string, string>> }> {
  const emulator = await withPage();
  const { workers } = emulator.seed(centre(url));
  const task = emulator.createTask({ attributes: { type: 'chat', language: 'en' } });
  await emulator.quiet();
  emulator.createTask({ attributes: { type: 'hard', language: 'fr' } });
  await emulator.advance('42s');
  return {
    emulator,
    views: {
      floor: '#/floor',
      tasks: '#/tasks',
      task: `#/tasks/${task.sid}`,
      deliveries: '#/deliveries',
      delivery: '#/deliveries/1',
      workflows: '#/workflows',
      new: '#/floor?new=1',
      be: `#/floor?be=${workers.Ada}`,
      faults: '#/floor?faults=1',
    },
  };
}

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Serious findings of axe, with the elements they are about. */
async function findings(page: Page, rules: readonly string[] | undefined): Promise<readonly string[]> {
  // The page lets nobody add a script, axe neither: it is run by the browser's own tools.
  await page.evaluate(axe);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as {
    readonly violations: readonly Finding[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** A scheme changes nothing but colours. */
const CONTRAST = ['color-contrast'];

test.each([
  [1440, 'light', undefined],
  [1440, 'dark', CONTRAST],
  [400, 'light', CONTRAST],
  [400, 'dark', undefined],
] as const)(
  'at %i px, %s: axe finds nothing serious, and nothing is cut off',
  async (width, colorScheme, rules) => {
    const { emulator, views } = await busyCentre();
    const look: Look = { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' };
    const page = await open(emulator.url, '', look);
    for (const [name, hash] of Object.entries(views)) {
      await page.goto(`${emulator.url}/${hash}`);
      await settled(page);
      expect(await findings(page, rules), name).toEqual([]);
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(overflow), name).toBe(0);
      await page.screenshot({
        path: join(shots, `${name}-${width}-${colorScheme}.png`),
        fullPage: width < 600,
      });
    }
  },
);

test('by keyboard alone: from the floor to a task, a moment of it, and into a drawer and out', async () => {
  const { emulator } = await busyCentre();
  const page = await open(emulator.url);
  const focused = () =>
    page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
  const tabTo = async (what: RegExp) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      if (what.test(String(await focused()).trim())) return;
    }
    throw new Error(`Tab does not lead to ${what}`);
  };
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await tabTo(/^Tasks$/);
  await page.keyboard.press('Enter');
  await page.getByRole('list', { name: 'Tasks, newest first' }).waitFor();
  await tabTo(/^\w+?task …\w{4}/);
  const first = await focused();
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).not.toBe(first);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(first);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Task …/ }).waitFor();
  await tabTo(/entered the queue/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Why, at/ }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.goto(`${emulator.url}/#/floor`);
  await tabTo(/^New task$/);
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'New task' });
  await drawer.waitFor();
  for (let presses = 0; presses < 15; presses += 1) {
    await page.keyboard.press('Tab');
    // The browser's own controls come between the last and the first of a dialog: `body` then.
    const inside =
      'document.activeElement === document.body || document.activeElement.closest("dialog") !== null';
    expect(await page.evaluate(inside)).toBe(true);
  }
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  expect(await focused()).toMatch(/New task/);
});
