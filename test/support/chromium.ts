import type { TestProject } from 'vitest/node';
import { findProgram, installPackage } from './programs.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The browser of the page's tests; or, in place of it, how to get one. */
    chromium: { readonly path: string } | { readonly missing: string };
  }
}

const HOW_TO =
  'The tests in a browser need a Chromium: apt-get install chromium-headless-shell, or set CHROMIUM to the path of one.';

/** Vitest's global set-up: finds a browser, or installs one. Without one the other tests run all the same. */
export default async function setup(project: TestProject): Promise<void> {
  const found = process.env.CHROMIUM || find();
  if (found !== undefined) return project.provide('chromium', { path: found });
  try {
    await installPackage('chromium-headless-shell', HOW_TO);
    project.provide('chromium', { path: find() ?? '' });
  } catch (error) {
    project.provide('chromium', { missing: error instanceof Error ? error.message : HOW_TO });
  }
}

const find = () =>
  findProgram('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'chrome');
