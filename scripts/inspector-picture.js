// Draws docs/inspector.png, the page in the README, from a real run of `dev`. Usage: node scripts/inspector-picture.js
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The README's readers load it. */
const MOST_BYTES = 150_000;
/** So long, until tasks of every kind have come and gone. */
const RUN_MS = 32_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const dev = spawn(
  process.execPath,
  ['--import', 'tsx', 'src/cli/main.ts', 'dev', '--port', '0', '--emulator-port', '0'],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1240, height: 740 }, colorScheme: 'light' });
  await page.goto(`${await printedUrl()}/#/floor`);
  await sleep(RUN_MS);
  const picture = await page.screenshot();
  if (picture.length > MOST_BYTES)
    throw new Error(`The picture takes ${picture.length} bytes: ${MOST_BYTES} is the most.`);
  writeFileSync(`${root}docs/inspector.png`, picture);
  console.log(`docs/inspector.png: ${picture.length} bytes`);
} finally {
  await browser.close();
  dev.kill('SIGTERM');
}

/** @returns {Promise<string>} where `dev` says the page is. */
function printedUrl() {
  return new Promise((resolve, reject) => {
    let printed = '';
    dev.stdout.on('data', (chunk) => {
      printed += chunk;
      const url = /See every task, and why: +(http:\/\/\S+?)\/\n/.exec(printed)?.[1];
      if (url !== undefined) resolve(url);
    });
    dev.once('exit', () => reject(new Error(`dev ended: ${printed}`)));
  });
}
