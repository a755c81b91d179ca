import { lintView } from 'taskrouter-kit/workspace';
import { beforeAll, describe, expect, test } from 'vitest';
import { open, useBrowser } from './browser.js';
import { centre, endpoint, withPage } from './world.js';

useBrowser();
let url = '';
beforeAll(async () => {
  url = await endpoint();
});

describe('the floor', () => {
  test('says in one sentence what waits, for how long, and why', async () => {
    const emulator = await withPage();
    emulator.seed(centre());
    const page = await open(emulator.url);
    await page.getByRole('heading', { name: 'Nothing is waiting' }).waitFor();
    await page.getByText('No task has arrived yet').waitFor();
    emulator.createTask({ attributes: { type: 'hard' } });
    emulator.createTask({ attributes: { type: 'hard' } });
    await emulator.advance('42s');
    await page
      .getByRole('heading', { name: /^1 waiting, longest 0:42 in Experts: Ada: the channel default is full/ })
      .waitFor();
  });

  test('queues, workers, last tasks and two charts follow what happens', async () => {
    const emulator = await withPage();
    emulator.seed(centre(url));
    const page = await open(emulator.url);
    await page.getByRole('link', { name: /^Be Ada Available for 0:00/ }).waitFor();
    emulator.createTask({ attributes: { type: 'chat' } });
    await page.getByRole('link', { name: /^Be Ada Available for 0:00 default 1 of 1/ }).waitFor();
    await page
      .getByRole('link', {
        name: /^Everyone 0 waiting, longest – 1 at work, 100 % accepted within 20 seconds/,
      })
      .waitFor();
    await page
      .getByRole('link', { name: /^assigned task …\w{4} type chat Everyone Ada accepted by Ada waited 0:00/ })
      .waitFor();
    await page.getByRole('img', { name: /^Tasks not yet accepted: 0 tasks now, \d+ at most/ }).waitFor();
    await page.getByRole('img', { name: /^Callbacks answered in: [\d.]+ m?s at most/ }).waitFor();
  });

  test('a queue leads to its tasks, and the list can be searched and filtered', async () => {
    const emulator = await withPage();
    emulator.seed(centre());
    emulator.createTask({ attributes: { type: 'hard', subject: 'kettle' } });
    emulator.createTask({ attributes: { type: 'easy', subject: 'toaster' } });
    const page = await open(emulator.url);
    await page.getByRole('link', { name: /^Experts / }).click();
    const list = page.getByRole('list', { name: 'Tasks, newest first' });
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
    await expect.poll(() => page.url()).toMatch(/#\/tasks\?queue=WQ/);
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(2);
    await page.getByRole('searchbox', { name: 'Search' }).fill('TOAST');
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
    await expect.poll(() => page.url()).toContain('search=TOAST');
    await page.reload();
    await page.getByText('1 task of 2').waitFor();
  });
});

describe('a task', () => {
  test('its way, each step, and why it went to Ada; a step is a moment to ask about', async () => {
    const emulator = await withPage();
    emulator.seed(centre(url));
    const task = emulator.createTask({ attributes: { type: 'hard' } });
    await emulator.quiet();
    const page = await open(emulator.url, `#/tasks/${task.sid}`);
    await page.getByText('Reserved for Ada: ').first().waitFor();
    await page.getByText('waits for Ada to accept it').waitFor();
    const filter = page.getByRole('listitem').filter({ hasText: 'not reached' }).first();
    await filter.getByText('matches', { exact: true }).waitFor();
    expect(await filter.innerText()).toMatch(/Experts\s*here[\s\S]*Everyone\s*not reached/);
    await page.getByRole('link', { name: /^Ada: offered from/ }).waitFor();
    await page.getByRole('link', { name: /entered the queue Experts/ }).click();
    await page.getByRole('heading', { name: /^Why, at \+0\.000 s/ }).waitFor();
    await expect.poll(() => page.url()).toMatch(/\?at=\d+$/);
    await page.getByRole('link', { name: /callback 200 defer/ }).click();
    await page.getByRole('heading', { name: /^Delivery 1/ }).waitFor();
  });

  test('one that is not known is said to be so', async () => {
    const emulator = await withPage();
    emulator.seed(centre());
    const page = await open(emulator.url, `#/tasks/WT${'0'.repeat(32)}`);
    await page.getByRole('alert').filter({ hasText: 'was not found' }).waitFor();
  });
});

describe('a delivery', () => {
  test('timing, form, attributes, signature, handler, verdict and answer; replay leads to the new one', async () => {
    const emulator = await withPage();
    emulator.seed(centre(url));
    emulator.createTask({ attributes: { type: 'chat', customer: { tier: 'gold' } } });
    await emulator.quiet();
    const page = await open(emulator.url, '#/deliveries');
    await page.getByRole('link', { name: /^200 .*delivery 1, accept/ }).click();
    await page
      .getByText(/^Answered in [\d.]+ m?s, [\d.]+ m?s of it in the endpoint; [\d.]+ s of 5\.00 s left$/)
      .waitFor();
    await page.getByText('The endpoint accepted it.').waitFor();
    await page.getByText('"instruction": "accept"').waitFor();
    await page.getByText('ReservationStatus=accepted').waitFor();
    await page.getByText('No log lines.').waitFor();
    await page.getByText('"gold"', { exact: true }).waitFor();
    for (const fact of ['chats', 'ran', 'assignment'])
      await page.getByRole('definition').getByText(fact, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Copy as curl' }).first().click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^curl 'http:\/\/127/);
    await page.getByRole('button', { name: 'Copy as a test' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('runHandler');
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByRole('heading', { name: /^Delivery 2/ }).waitFor();
    await page.getByRole('link', { name: 'Replay of 1', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Replay as a duplicate' }).click();
    await page.getByRole('heading', { name: /^Delivery 3/ }).waitFor();
    await page.getByRole('definition').getByText('replayed', { exact: true }).waitFor();
  });
});

describe('a workflow', () => {
  test('each expression with its verdict for a task and a worker', async () => {
    const emulator = await withPage();
    const { workers } = emulator.seed(centre());
    const task = emulator.createTask({ attributes: { type: 'hard' } });
    const page = await open(emulator.url, `#/workflows?task=${task.sid}`);
    const row = page.getByRole('listitem').filter({ hasText: 'Hard questions' }).first();
    await row.getByText('matches first').waitFor();
    await row.getByText('in the queue', { exact: true }).first().waitFor();
    await page.getByRole('search').getByLabel('and the worker').selectOption({ label: 'Bob' });
    await row.getByText('not in the queue').waitFor();
    await row.getByText('level is 1').waitFor();
    await expect.poll(() => page.url()).toContain(`worker=${workers.Bob}`);
  });

  test('what if: other attributes lead elsewhere, and nothing changes', async () => {
    const emulator = await withPage();
    emulator.seed(centre());
    const task = emulator.createTask({ attributes: { type: 'easy' } });
    const page = await open(emulator.url, `#/workflows?task=${task.sid}`);
    await page.getByRole('textbox', { name: /had these attributes/ }).fill('{"type": "hard"}');
    await page.getByRole('button', { name: 'What if?' }).click();
    await page.getByText('queue: Everyone -> Experts').waitFor();
    expect(emulator.explain(task.sid).filters[0]!.matches).toBe(false);
    await page.getByRole('textbox', { name: /had these attributes/ }).fill('{');
    await page.getByText(/This is not JSON yet/).waitFor();
    expect(await page.getByRole('button', { name: 'What if?' }).isDisabled()).toBe(true);
  });

  test('what lint says is beside the line it is about, with the page of its rule', async () => {
    const emulator = await withPage({ inspector: { lint: lintView } });
    const { Help } = centre().workflows;
    const filters = [{ ...Help.filters[0], expression: "type = 'hard'" }];
    const definition = { ...centre(), workflows: { Help: { ...Help, filters } } };
    emulator.seed({ ...definition, timeoutActivity: 'Available' });
    const page = await open(emulator.url, '#/workflows');
    const row = page.getByRole('listitem').filter({ hasText: 'Hard questions' }).first();
    const rule = row.getByRole('link', { name: 'single-equals' });
    expect(await rule.getAttribute('href')).toMatch(/docs\/workspace\.md#single-equals$/);
    await page.getByRole('definition').getByText('1 hint').waitFor();
    await page
      .getByRole('region', { name: 'Lint, elsewhere in the workspace' })
      .getByText('available-activity')
      .waitFor();
  });

  test('what is odd about an expression is said beside it', async () => {
    const emulator = await withPage();
    const { Help } = centre().workflows;
    const filters = [{ ...Help.filters[0], expression: "type == 'hard')" }];
    emulator.seed({ ...centre(), workflows: { Help: { ...Help, filters } } });
    const page = await open(emulator.url, '#/workflows');
    const row = page.getByRole('listitem').filter({ hasText: 'Hard questions' }).first();
    await row.getByText(/'\)' is ignored/).waitFor();
  });
});
