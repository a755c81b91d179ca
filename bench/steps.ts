/**
 * What each step of a callback costs: `npm run bench -- --steps`. The steps are the package's own functions, called in one
 * process over the same distinct callbacks, without HTTP; the bare form and HMAC of the raw server are the measure. Each
 * figure is the median over rounds of CPU time for one callback, in microseconds.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse } from 'node:querystring';
import { callbackFiles } from '../scripts/callback-files.js';

// From dist/, which is what is measured; typed by the sources, because dist/ may not be there when types are checked.
const dist = <T>(path: string): Promise<T> => import(new URL(`../dist/${path}`, import.meta.url).href);
const { conference, createTaskRouter, defer, memoryStore } =
  await dist<typeof import('../src/index.js')>('index.js');
const { createLogger, lineOutputOf } =
  await dist<typeof import('../src/server/logger.js')>('server/logger.js');
const { logOutcomes } = await dist<typeof import('../src/server/outcomes.js')>('server/outcomes.js');
const { createMetrics } = await dist<typeof import('../src/server/metrics.js')>('server/metrics.js');
const { assignmentRequest } = await dist<typeof import('../src/testing/index.js')>('testing/index.js');
const { parseForm } = await dist<typeof import('../src/http/form.js')>('http/form.js');
const { ASSIGNMENT, readParameters } =
  await dist<typeof import('../src/http/parameters.js')>('http/parameters.js');
const { encodeCallback } = await dist<typeof import('../src/instructions/index.js')>('instructions/index.js');
const { isSignedExactly } = await dist<typeof import('../src/signature/index.js')>('signature/index.js');

const TOKEN = '0123456789abcdef0123456789abcdef';
const ORIGIN = 'https://hooks.example.com';
const TARGET = '/taskrouter/assignment';
const COUNT = 20_000;
const BATCH = 500;

interface Signed {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function callbacks(): Signed[] {
  const hex = (number: number) => number.toString(16).padStart(32, '0');
  return Array.from({ length: COUNT }, (_, index) => {
    const { headers, body } = assignmentRequest({
      url: ORIGIN + TARGET,
      authToken: TOKEN,
      task: {
        call_sid: `CA${hex(index)}`,
        from: '+15017122661',
        called: '+15017122662',
        selected_language: 'en',
      },
      fields: {
        AccountSid: `AC${hex(1)}`,
        TaskSid: `WT${hex(index)}`,
        ReservationSid: `WR${hex(index + COUNT)}`,
      },
    });
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { body: Buffer.from(body), headers: Object.fromEntries(lower) };
  });
}

type Step = readonly [name: string, run: (signed: Signed, index: number) => unknown];

/** The whole of a router, with or without listeners. */
function router(listening: boolean): (signed: Signed) => void {
  const config = { logLevel: 'info', authTokens: [TOKEN], rest: {}, redisUrl: undefined } as const;
  const log = createLogger(config as never, { write: () => {} });
  const metrics = createMetrics();
  const made = createTaskRouter({
    authToken: TOKEN,
    publicUrl: ORIGIN,
    log,
    store: memoryStore(),
    explainMismatch: false,
    ...(listening ? { storeObserver: metrics.observer } : {}),
  });
  made.onAssignment(({ task }) =>
    conference({
      from: String(task.attributes.called),
      conferenceRecord: 'record-from-start',
      endConferenceOnExit: true,
    }),
  );
  made.otherwise(defer());
  if (listening) made.onOutcome(metrics.outcome).onOutcome(logOutcomes(log, lineOutputOf(log)));
  const handle = made.node();
  return ({ body, headers }) => {
    const request = { method: 'POST', url: TARGET, headers, rawHeaders: [], socket: {}, rawBody: body };
    const response = {
      writeHead(status: number) {
        if (status !== 200) throw new Error(`A callback was answered ${status}`);
      },
      end() {},
    };
    handle(request as never, response as never);
  };
}

function steps(): Step[] {
  const pairsOf = ({ body }: Signed) => {
    const read = parseForm(body);
    if ('failure' in read) throw new Error(read.failure);
    return read.pairs;
  };
  const decide = (called: unknown) =>
    conference({ from: String(called), conferenceRecord: 'record-from-start', endConferenceOnExit: true });
  const bare = router(false);
  const whole = router(true);
  return [
    ['raw: querystring.parse and HMAC', raw],
    ['our form parser', pairsOf],
    ['  and signature', (signed) => signedBy(signed, pairsOf(signed))],
    [
      '  and boundaries, every parameter checked, both attributes parsed',
      (signed) => {
        const pairs = pairsOf(signed);
        return signedBy(signed, pairs) && readParameters(ASSIGNMENT, pairs, TARGET);
      },
    ],
    ['a conference built and encoded', () => encodeCallback(decide('+15017122662'))],
    ['the whole callback, nobody listening', bare],
    ['  and metrics and its log line', whole],
  ];
}

const signedBy = ({ headers }: Signed, pairs: ReadonlyArray<readonly [string, string]>) =>
  isSignedExactly(headers['x-twilio-signature']!, [ORIGIN + TARGET], pairs, [TOKEN]);

function raw({ body, headers }: Signed): boolean {
  const form = parse(body.toString());
  let text = ORIGIN + TARGET;
  for (const name of Object.keys(form).sort()) text += name + form[name];
  const expected = createHmac('sha1', TOKEN).update(text).digest();
  return timingSafeEqual(Buffer.from(headers['x-twilio-signature']!, 'base64'), expected);
}

/** Prints the table, and the files that one callback goes through. */
export async function benchSteps(): Promise<void> {
  const all = callbacks();
  const list = steps();
  const times = list.map((): number[] => []);
  for (let start = 0; start + BATCH <= COUNT; start += BATCH) {
    for (const [place, [, run]] of list.entries()) {
      const before = process.cpuUsage();
      for (let index = start; index < start + BATCH; index++) run(all[index]!, index);
      const { user, system } = process.cpuUsage(before);
      // The first half warms up.
      if (start >= COUNT / 2) times[place]!.push((user + system) / BATCH);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const medians = times.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]!);
  console.log('what it does, without HTTP                                us   x raw');
  for (const [place, [name]] of list.entries()) {
    const us = medians[place]!;
    console.log(
      `${name.padEnd(54)} ${us.toFixed(1).padStart(5)}  ${(us / medians[0]!).toFixed(2).padStart(5)}`,
    );
  }
  const files = await callbackFiles();
  const calls = files.reduce((sum, each) => sum + each.calls, 0);
  console.log(`\none happy callback on a running endpoint: ${calls} calls in ${files.length} files`);
}
