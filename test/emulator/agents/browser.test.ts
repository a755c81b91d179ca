import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../support/browser.js';
import { expected } from './expected.js';
import { openOffice } from './office.js';
import type { Office, ScenarioName } from './scenarios.js';

/** Those that show something of a browser: the page's origin, its WebSocket, its requests. */
const NAMES: readonly ScenarioName[] = [
  'ready',
  'attributes with enableVersionCheck',
  'a reservation to its end',
  'rejected, timed out, canceled, rescinded',
  'supervisor',
  'workspace readers',
  'a dropped socket that comes back',
  'a warm transfer',
  'a cold transfer, to a worker and to a queue',
];

/** The SDK's build for browsers, which is a script, and the scenarios. */
async function page(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as sdk from 'twilio-taskrouter';
        import { hangUpAll, scenarios } from './scenarios.ts';
        window.run = async (name, addresses) => {
          const office = new Proxy(addresses, {
            get: (known, name) => known[name] ?? ((...args) => window.office(name, args)),
          });
          try {
            return await scenarios[name](sdk.default ?? sdk, office);
          } finally {
            hangUpAll();
          }
        };`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  });
  return `<!doctype html><script>${outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`;
}

describe('in Chromium, from a page of another origin', () => {
  let browser: Browser;
  let origin: string;
  const server = createServer();

  beforeAll(async () => {
    const html = await page();
    server.on(
      'request',
      (_request, response) => void response.setHeader('Content-Type', 'text/html').end(html),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // The emulator has another port, and this name too is another origin.
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
    server.closeAllConnections();
  });

  test.each(NAMES)('%s', async (name) => {
    const { office, close } = await openOffice();
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      const call = (what: keyof Office, args: unknown[]) =>
        (office[what] as (...args: unknown[]) => unknown)(...args);
      await tab.exposeFunction('office', call);
      await tab.goto(origin);
      const { http, ws, proxied } = office;
      const run = `window.run(${JSON.stringify(name)}, ${JSON.stringify({ http, ws, proxied })})`;
      expect(await tab.evaluate(run)).toEqual(expected[name]);
    } finally {
      await context.close();
      await close();
    }
  });
});
