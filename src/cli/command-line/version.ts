import { createRequire } from 'node:module';

/** From package.json, which is three folders up in both `src/` and `dist/`. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };
  return version;
}
