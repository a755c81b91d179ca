import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.js';

let browser: Browser;

/** Call it once in a file: its tests share one browser. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
}

/** How wide and in which scheme a page is looked at. */
export type Look = Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'reducedMotion'>;

export const WIDE: Look = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' };
export const NARROW: Look = { viewport: { width: 400, height: 800 }, colorScheme: 'dark' };

/**
 * Opens the page, and closes it when the test ends. Whatever the browser complains about (an error of the page's own, a
 * broken policy, a file that is missing) fails the test.
 */
export async function open(url: string, hash = '', look: Look = WIDE): Promise<Page> {
  const context = await browser.newContext({ ...look, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the emulator refuses is shown on the page, and the browser says it too.
    if (message.type() !== 'error' || /the server responded with a status of 4/.test(message.text())) return;
    // A server that is restarted on purpose does not answer meanwhile.
    if (!/ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(message.text()))
      complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  page.setDefaultTimeout(10_000);
  await page.goto(`${url}/${hash}`);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

/** Waits until the view is there with its data. */
export async function settled(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor();
  await page.locator('#main > *').first().waitFor();
  await expect.poll(() => page.locator('.loading').count()).toBe(0);
}
