import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/** The Chromium that the set-up of the tests found or installed. @throws {Error} with what to install, where it has none. */
export function launchBrowser(): Promise<Browser> {
  const found = inject('chromium');
  if ('missing' in found) throw new Error(found.missing);
  // As root, in a container, there is no sandbox to be had.
  return chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
}
