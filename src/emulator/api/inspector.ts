import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RequestHandler, Router, static as serveStatic } from 'express';
import { sameOrigin } from './same-origin.js';

/**
 * The page: `/` and what it loads. Guarded as `/_emulator` is, and asks only this server: scripts, styles and data of
 * any other place are forbidden to it, and so is every script or style within the page itself.
 *
 * @param hosts - the names beside those of this machine by which it may be called.
 */
export function inspectorRoutes(hosts: readonly string[]): Router {
  const router = Router();
  let files: RequestHandler | undefined;
  const serve: RequestHandler = async (request, response, next) => {
    try {
      files ??= serveStatic(await pageFolder(), { index: 'index.html', dotfiles: 'ignore' });
    } catch (error) {
      response
        .status(500)
        .type('text/plain')
        .send(`${error instanceof Error ? error.message : error}\n`);
      return;
    }
    files(request, response, next);
  };
  router.get(['/', '/favicon.svg', '/assets/*file'], sameOrigin(hosts), locked, serve);
  return router;
}

const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // What the page shows is text, never markup: the browser itself sees to it.
  "require-trusted-types-for 'script'",
].join('; ');

const locked: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
  });
  next();
};

let building: Promise<string> | undefined;

/** Where the built page is. @throws {Error} saying what to do where there is none. */
async function pageFolder(): Promise<string> {
  const built = fileURLToPath(new URL('../../inspector', import.meta.url));
  if (!isSource) {
    if (existsSync(join(built, 'index.html'))) return built;
    throw new Error(
      `The page is missing from ${built}: reinstall the package, or run npm run build in a clone.`,
    );
  }
  building ??= buildFromSources().catch((error: unknown) => {
    building = undefined;
    throw error;
  });
  return building;
}

/** In a clone the sources run as they are, and the page is built when someone opens it. */
const isSource = import.meta.url.endsWith('.ts');

/** In a process of its own, because callbacks have to be answered meanwhile. */
async function buildFromSources(): Promise<string> {
  const script = fileURLToPath(new URL('../../../scripts/bundle-inspector.js', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--cache'], { timeout: 120_000 });
    return stdout.trim();
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new Error(`The page could not be built. Run npm ci, then open it again.\n\n${stderr || message}`);
  }
}
