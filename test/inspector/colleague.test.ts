import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { run } from '../cli/running.js';
import { open, useBrowser } from './browser.js';

useBrowser();

/** Handlers that all go one way, whose name the page shows. */
const handlers = (name: string) => `
import { accept, defineAssignment, defineOtherwise } from 'taskrouter-kit';
export default [
  defineAssignment({ name: '${name}', where: ({ task }) => task.attributes.type === 'chat' }, ({ log }) => {
    log.info({}, 'looked the customer up');
    return accept();
  }),
  defineOtherwise(accept()),
];
`;

test('what one would show a colleague: a task, why it went there, another handler, a replay, what if', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'index.ts');
  writeFileSync(file, handlers('first way'));
  const dev = run(['dev', folder, '--no-feed', '--emulator-port', '0']);
  const [, url = ''] = await dev.shows(/See every task, and why: +(http:\/\/\S+?)\/\n/);

  const page = await open(url);
  const chat = async () => {
    await page.getByRole('link', { name: 'New task' }).click();
    const drawer = page.getByRole('dialog', { name: 'New task' });
    await drawer.getByRole('button', { name: 'chat' }).click();
    await drawer.getByRole('button', { name: 'Create the task' }).click();
    await page.getByText(/^Reserved for \w+: idle for longest of those eligible$/).waitFor();
    await page.getByRole('link', { name: /^callback 200 accept/ }).click();
  };
  await chat();
  await page.getByRole('definition').getByText('first way').waitFor();
  await page.getByText('looked the customer up').waitFor();

  writeFileSync(file, handlers('second way'));
  await dev.shows(/Handlers taken up: index\.ts/);
  await chat();
  await page.getByRole('definition').getByText('second way').waitFor();

  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByRole('link', { name: /^Replay of \d+$/ }).waitFor();
  await page.getByRole('definition').getByText('ran', { exact: true }).waitFor();

  await page.getByRole('link', { name: 'Workflows' }).click();
  await page.getByRole('textbox', { name: /had these attributes/ }).fill('{"department": "front_desk"}');
  await page.getByRole('button', { name: 'What if?' }).click();
  await page.getByText(/queue: Support -> Front desk/).waitFor();
  await dev.stop('SIGTERM');
}, 90_000);
