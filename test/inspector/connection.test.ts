import { createEmulator } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';
import { freePort } from '../support/redis.js';
import { open, useBrowser } from './browser.js';
import { authToken, centre, withPage } from './world.js';

useBrowser();

test('after a restart of the process the page says what is lost, and goes on with what there is', async () => {
  const port = await freePort();
  const options = { clock: 'virtual', authToken, inspector: true, port } as const;
  const first = await createEmulator(options);
  first.seed(centre());
  first.createTask({ attributes: { type: 'of before' } });
  const page = await open(first.url);
  await page.getByRole('link', { name: /of before/ }).waitFor();
  await first.close();
  await page.getByText('no answer, trying again').waitFor();
  const second = await createEmulator(options);
  try {
    second.seed(centre());
    second.createTask({ attributes: { type: 'of now' } });
    await page.getByRole('alert').filter({ hasText: 'was restarted' }).waitFor();
    await page.getByRole('link', { name: /of now/ }).waitFor();
    expect(await page.getByRole('link', { name: /of before/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Understood' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
  } finally {
    await page.close();
    await second.close();
  }
});

test('a hidden tab closes its stream, and catches up when it is shown again', async () => {
  const emulator = await withPage();
  emulator.seed(centre());
  const readers = async () =>
    ((await (await fetch(`${emulator.url}/_emulator/info`)).json()) as { readers: number }).readers;
  const page = await open(emulator.url);
  expect(await readers()).toBe(1);
  const show = (state: 'hidden' | 'visible') =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${state === 'hidden'}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    `);
  await show('hidden');
  await expect.poll(readers).toBe(0);
  emulator.createTask({ attributes: { type: 'meanwhile' } });
  expect(await page.getByRole('link', { name: /meanwhile/ }).count()).toBe(0);
  await show('visible');
  await page.getByRole('link', { name: /meanwhile/ }).waitFor();
});

test('what changes while the lists are still on their way is not lost', async () => {
  const emulator = await withPage();
  const { workers } = emulator.seed(centre());
  const page = await open(emulator.url);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const told = new Promise<void>((resolve) =>
    network.on('Network.eventSourceMessageReceived', ({ eventName }) => {
      if (eventName === 'batch') resolve();
    }),
  );
  await page.route('**/_emulator/rows', async (route) => {
    const response = await route.fetch();
    await fetch(`${emulator.url}/_emulator/workers/${workers.Ada}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"activity":"Offline"}',
    });
    await told;
    await route.fulfill({ response });
  });
  await page.reload();
  await page.getByRole('link', { name: /^Be Ada Offline/ }).waitFor();
  // Both are there: what came first was a row, and not all there is.
  await page.getByRole('link', { name: /^Be Bob Offline/ }).waitFor();
});

test('the page is there only where it is asked for, guarded, and with a strict policy', async () => {
  const without = await withPage({ inspector: false });
  expect((await fetch(`${without.url}/`)).status).toBe(404);
  const emulator = await withPage();
  const { status, headers } = await fetch(`${emulator.url}/`);
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'self'; .*frame-ancestors 'none'/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const foreign = await fetch(`${emulator.url}/`, { headers: { origin: 'https://evil.example' } });
  expect(foreign.status).toBe(403);
  // Twilio's own paths stay what they are.
  expect((await fetch(`${emulator.url}/v1/Workspaces`)).status).toBe(401);
  expect((await fetch(`${emulator.url}/assets/../../package.json`)).status).toBe(404);
  expect((await fetch(`${emulator.url}/assets/%2e%2e/%2e%2e/package.json`)).status).toBe(404);
});
