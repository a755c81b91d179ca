import { beforeAll, expect, test } from 'vitest';
import { open, useBrowser } from './browser.js';
import { centre, endpoint, withPage } from './world.js';

useBrowser();
let url = '';
beforeAll(async () => {
  url = await endpoint();
});

test('New task: a preset, other attributes, the command that does the same, and the task is shown', async () => {
  const refund = { preset: 'sms', attributes: { type: 'refund' }, priority: 5 } as const;
  const emulator = await withPage({
    inspector: {
      presets: async () => [
        { name: 'refund', task: refund },
        { name: 'broken', error: 'presets/broken.json:3:1: a comma is missing' },
      ],
    },
  });
  const { workspaceSid } = emulator.seed(centre());
  const page = await open(emulator.url);
  await page.getByRole('link', { name: 'New task' }).click();
  const drawer = page.getByRole('dialog', { name: 'New task' });
  await drawer.getByRole('button', { name: 'refund', pressed: true }).waitFor();
  await drawer.getByText('a comma is missing').waitFor();
  expect(await drawer.getByRole('button', { name: 'broken' }).isDisabled()).toBe(true);
  expect(await drawer.getByLabel('Priority').inputValue()).toBe('5');
  expect(await drawer.locator('pre').innerText()).toContain('"preset":"sms"');
  await drawer.getByText('12 attributes more').click();
  await drawer.getByText('communication_channel').waitFor();
  await drawer.getByRole('button', { name: 'ticket' }).click();
  const attributes = drawer.getByRole('textbox', { name: 'Attributes, as JSON' });
  expect(await attributes.inputValue()).toContain('A broken kettle');
  await attributes.fill('{"type": "hard", ');
  await drawer.getByText(/This is not JSON yet/).waitFor();
  expect(await drawer.getByRole('button', { name: 'Create the task' }).isDisabled()).toBe(true);
  await attributes.fill('{"type": "hard", "name": "O\'Neil"}');
  await drawer.getByLabel('Priority').fill('7');
  const command = await drawer.locator('pre').innerText();
  expect(command).toContain(`curl ${emulator.url}/_emulator/tasks`);
  expect(command).toContain(`O'\\''Neil`);
  await drawer.getByRole('button', { name: 'Create the task' }).click();
  await page.getByRole('heading', { name: /^Task …\w{4} reserved/ }).waitFor();
  const [task] = emulator.workspaces.get(workspaceSid)!.tasks.values();
  expect(task).toMatchObject({ priority: 7, attributes: '{"type":"hard","name":"O\'Neil"}' });
});

test('Act as Ada: reject, go offline, come back, accept, wrap up and complete', async () => {
  const emulator = await withPage();
  const { workspaceSid, workers } = emulator.seed(centre(url));
  const task = emulator.createTask({ attributes: { type: 'easy' } });
  await emulator.quiet();
  const page = await open(emulator.url);
  await page.getByRole('link', { name: /^Be Ada / }).click();
  const seat = page.getByRole('dialog', { name: 'Act as Ada' });
  await expect.poll(() => page.url()).toContain(`be=${workers.Ada}`);
  await seat.getByLabel('When rejecting, go to').selectOption({ label: 'Offline' });
  await seat.getByRole('button', { name: /^Reject task/ }).click();
  await seat.getByText('Nothing is on offer.').waitFor();
  await seat.getByRole('button', { name: 'Offline', pressed: true }).waitFor();
  expect(await seat.locator('pre').first().innerText()).toMatch(/"action":"reject","activity":"WA/);
  await seat.getByRole('button', { name: 'Available', exact: true }).click();
  await seat.getByRole('button', { name: /^Accept task/ }).click();
  await seat.getByRole('button', { name: /^Wrap up task/ }).click();
  await seat.getByRole('button', { name: /^Complete task/ }).click();
  await seat.getByText('Nothing is on offer.').waitFor();
  const { assignmentStatus } = emulator.workspaces.get(workspaceSid)!.tasks.get(task.sid)!;
  expect(assignmentStatus).toBe('completed');
  await seat.getByText('Attributes and queues').click();
  await seat.getByText('In the queues Experts, Everyone').waitFor();
  await page.keyboard.press('Escape');
  await seat.waitFor({ state: 'detached' });
  await expect.poll(() => page.url()).not.toContain('be=');
});

test('Take over: the simulated agent keeps its hands off until it is handed back, and the row says so', async () => {
  const emulator = await withPage();
  emulator.seed(centre(url));
  emulator.staff({ workers: ['Ada'], rejects: 0 });
  const page = await open(emulator.url);
  const row = page.getByRole('link', { name: /^Be Ada / });
  await row.click();
  const seat = page.getByRole('dialog', { name: 'Act as Ada' });
  await seat.getByText('A simulated agent accepts').waitFor();
  await seat.getByRole('button', { name: 'Take over' }).click();
  await seat.getByText('You have taken over').waitFor();
  expect(await seat.locator('pre').first().innerText()).toContain('{"takenOver":true}');
  expect(await row.innerText()).toContain('taken over');
  const task = emulator.createTask({ attributes: { type: 'easy' } });
  await emulator.advance('10s');
  expect(emulator.task(task).assignmentStatus).toBe('reserved');
  // Rejected by hand, and nobody brings Ada back.
  await seat.getByLabel('When rejecting, go to').selectOption({ label: 'Offline' });
  await seat.getByRole('button', { name: /^Reject task/ }).click();
  await seat.getByText('Nothing is on offer.').waitFor();
  await emulator.advance('10s');
  expect(emulator.task(task).assignmentStatus).toBe('pending');
  await seat.getByRole('button', { name: 'Available', exact: true }).click();
  await seat.getByRole('button', { name: /^Accept task/ }).waitFor();
  await seat.getByRole('button', { name: 'Hand back' }).click();
  await seat.getByText('A simulated agent accepts').waitFor();
  await emulator.advance('20s');
  expect(emulator.task(task).assignmentStatus).toBe('assigned');
});

test('Faults: switched on, shown in the header, and off again', async () => {
  const emulator = await withPage();
  emulator.seed(centre());
  const page = await open(emulator.url);
  await page.getByRole('link', { name: 'Faults' }).click();
  const drawer = page.getByRole('dialog', { name: 'Faults' });
  await drawer.getByRole('checkbox', { name: /^drop/ }).check();
  await expect.poll(() => emulator.troubles()).toEqual({ drop: true });
  await drawer.getByRole('button', { name: 'hangUp once' }).click();
  await drawer.getByText('1 left').waitFor();
  await drawer.getByRole('checkbox', { name: /^drop/ }).uncheck();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'hangUp' }).waitFor();
});

test('the virtual clock moves by ten seconds and by a minute; a real one has no such buttons', async () => {
  const emulator = await withPage();
  emulator.seed(centre());
  const before = emulator.now();
  const page = await open(emulator.url);
  await page.getByRole('button', { name: 'Move the clock on by +10 s' }).click();
  await expect.poll(() => emulator.now() - before).toBe(10_000);
  await page.getByRole('button', { name: 'Move the clock on by +1 m' }).click();
  await expect.poll(() => emulator.now() - before).toBe(70_000);
  const real = await withPage({ clock: 'real' });
  const other = await open(real.url);
  await other.getByText('There is no workspace yet').waitFor();
  expect(await other.getByRole('button', { name: /^Move the clock/ }).count()).toBe(0);
});
