// How many files of dist/ one happy callback goes through on a running endpoint, and how often each is entered: by V8's
// precise coverage, between two callbacks that are alike. Run it after a build: node scripts/callback-files.js
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TOKEN = '0123456789abcdef0123456789abcdef';
const PUBLIC_URL = 'https://hooks.example.com';

/** @param {string} path */
const load = (path) => import(pathToFileURL(DIST + path).href);

/**
 * @returns {Promise<{ file: string, calls: number }[]>} the files a callback enters, the most entered first.
 */
export async function callbackFiles() {
  const { conference, defer, defineAssignment, defineOtherwise } = await load('index.js');
  const { readConfig } = await load('server/config.js');
  const { startEndpoint } = await load('server/serve.js');
  const { assignmentRequest } = await load('testing/index.js');
  const config = readConfig({
    TWILIO_AUTH_TOKEN: TOKEN,
    PUBLIC_URL,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'info',
  });
  const handlers = [
    defineAssignment(({ task }) => conference({ from: task.attributes.called, endConferenceOnExit: true })),
    defineOtherwise(defer()),
  ];
  const { createLogger } = await load('server/logger.js');
  const log = createLogger(config, { write: () => {} });
  const endpoint = await startEndpoint(config, { handlers, log });
  const path = '/taskrouter/assignment';

  async function callBack() {
    const { headers, body } = assignmentRequest({
      url: PUBLIC_URL + path,
      authToken: TOKEN,
      task: { call_sid: `CA${'0'.repeat(32)}`, called: '+15017122661', from: '+15017122662' },
    });
    await coverage();
    const answer = await fetch(endpoint.url + path, { method: 'POST', headers, body });
    if (answer.status !== 200) throw new Error(`The callback was answered ${answer.status}`);
    await answer.text();
    return coverage();
  }

  const session = new Session();
  session.connect();
  const coverage = async () => (await session.post('Profiler.takePreciseCoverage')).result;
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await callBack();
    const files = (await callBack()).flatMap(({ url, functions }) => {
      if (!url.startsWith('file:') || !fileURLToPath(url).startsWith(DIST)) return [];
      const calls = functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
      return calls === 0 ? [] : [{ file: relative(DIST, fileURLToPath(url)), calls }];
    });
    return files.sort((a, b) => b.calls - a.calls);
  } finally {
    session.disconnect();
    await endpoint.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await callbackFiles();
  for (const { file, calls } of files) console.log(`${String(calls).padStart(5)}  ${file}`);
  const calls = files.reduce((sum, each) => sum + each.calls, 0);
  console.log(`${calls} calls in ${files.length} files`);
}
