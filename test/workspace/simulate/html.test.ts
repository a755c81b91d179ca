import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFinished, test } from 'vitest';
import { simulate } from '../../../src/cli/simulate.js';
import { captured } from '../../cli/output.js';
import { folderWith, ONE_QUEUE, SMALL } from './plans.js';

const HOSTILE = '<img src=x onerror="document.title=1"> & Söhne';

async function report(more: object = {}, compare = false) {
  const names = (...all: string[]) => Object.fromEntries(all.map((name) => [name, {}]));
  const plan = { config: 'a.json', ...SMALL, period: { ...SMALL.period, warmUp: '5m' }, ...more };
  const folder = folderWith({
    'plan.json': JSON.stringify(plan),
    'a.json': JSON.stringify({ ...ONE_QUEUE, taskQueues: names('Calls', HOSTILE, 'valueOf') }),
    'b.json': JSON.stringify({
      taskQueues: names('Calls', 'toString'),
      workflows: { Calls: { defaultQueue: 'toString' } },
    }),
  });
  const html = join(folder, 'report.html');
  const options = { html, ...(compare ? { compare: join(folder, 'b.json') } : {}) };
  const { code, output } = await captured(() => simulate(join(folder, 'plan.json'), options));
  expect([code, output]).toEqual([0, `The report is in ${html}.\n`]);
  return html;
}

/** Opens a file; whatever it asks for, and whatever the browser complains about, fails the test. */
async function opened(file: string, colorScheme: 'dark' | 'light'): Promise<Page> {
  const found = inject('chromium');
  if ('missing' in found) throw new Error(found.missing);
  const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
  const page = await browser.newPage({ colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => complaints.push(request.url()));
  onTestFinished(async () => {
    await browser.close();
    expect(complaints).toEqual([pathToFileURL(file).href]);
  });
  await page.goto(pathToFileURL(file).href);
  return page;
}

test('a report is one file without script or request; it has charts, a row a queue, and names as they are', async () => {
  const page = await opened(await report(), 'dark');
  expect(await page.locator('svg[role=img]').count()).toBe(5);
  expect(await page.locator('svg path.line').count()).toBeGreaterThan(2);
  expect(await page.locator('tbody').first().locator('tr').count()).toBe(4);
  expect(await page.getByText(HOSTILE).first().isVisible()).toBe(true);
  expect(await page.locator('img, script').count()).toBe(0);
  const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  expect(await background()).toBe('rgb(20, 23, 28)');
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await background()).toBe('rgb(246, 247, 249)');
  // Where a policy of the server forbids the style sheet too, the charts are lines, not black areas.
  expect(readFileSync(await report(), 'utf8')).toContain('fill="none" stroke="currentColor"');
});

test('two runs are beside each other, with queues that only one has, and differences that are not by chance in bold', async () => {
  const page = await opened(await report({ replications: 5 }, true), 'light');
  expect(await page.title()).toMatch(/^Simulated: .*a\.json → .*b\.json$/);
  expect(await page.getByRole('heading', { name: 'toString only in' }).count()).toBe(1);
  expect(await page.locator('path.line.other, rect.bar.other').count()).toBeGreaterThan(5);
  const rows = await page.locator('tbody').first().locator('tr').allInnerTexts();
  expect(rows.map((row) => row.split('\t')[0])).toEqual([
    'All tasks',
    'Calls',
    HOSTILE,
    'valueOf',
    'toString',
  ]);
  expect(rows[3]).toContain('0 → –');
});

test('a day on which nothing arrives has a report that says so', async () => {
  const none = { Calls: { ...SMALL.tasks.Calls, arrivals: [{ from: '08:00', poisson: { perMinute: 0 } }] } };
  const html = readFileSync(await report({ tasks: none, replications: 1 }), 'utf8');
  expect(html).toContain('Nothing arrived after the warm-up');
  expect(html).toContain('One day has no confidence interval');
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
});

test('a report that cannot be written is refused before a day is simulated', async () => {
  await expect(simulate('no-plan.yaml', { html: '/no/such/folder/report.html' })).rejects.toThrow(
    '/no/such/folder/report.html cannot be written (ENOENT). Give --html a file in an existing folder that can be written to.',
  );
  await expect(simulate('no-plan.yaml', { html: '' })).rejects.toThrow('--html: name the file to write');
});
