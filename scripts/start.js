// npm start: builds when dist/ is missing or older than the sources, then runs the endpoint in this very process, so
// that a signal reaches it without a go-between. What does not compile is never run: a failed build ends the start.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasSources, isBuilt } from './built.js';

if (hasSources() && !isBuilt()) {
  console.error('Building…');
  const script = fileURLToPath(new URL('build.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
process.argv.splice(2, 0, 'serve');
await import('../dist/cli/main.js');
