/**
 * What checking a signature costs, beside the bare hash and the official library: `npx tsx bench/signature.ts`.
 * Fourteen parameters, about 900 bytes. The contenders take turns in short slices and the fastest slice of each
 * counts, so that a busy machine slows all of them alike.
 */
import { createHmac } from 'node:crypto';
import twilio from 'twilio';
import { signRequest, verifyRequest } from '../src/signature/index.js';

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const url = 'https://hooks.example.com/api/taskrouter/assignment';
const sid = (prefix: string) => prefix + '0123456789abcdef'.repeat(2);
const record: Record<string, string> = {
  Timestamp: '1700000000',
  AccountSid: sid('AC'),
  WorkspaceSid: sid('WS'),
  WorkflowSid: sid('WW'),
  TaskQueueSid: sid('WQ'),
  WorkerSid: sid('WK'),
  WorkerAttributes: '{"contact_uri":"client:alice","skills":["english","spanish"],"level":3}',
  TaskSid: sid('WT'),
  TaskAttributes: JSON.stringify({
    call_sid: sid('CA'),
    from: '+15550100',
    called: '+15550199',
    note: 'n'.repeat(220),
  }),
  TaskAge: '3',
  TaskPriority: '10',
  ReservationSid: sid('WR'),
  WorkerName: 'alice',
  TaskQueueName: 'Support EN',
};
const params = Object.entries(record);
const signature = signRequest({ url, params, authToken: AUTH_TOKEN });
const wrong = signRequest({ url, params, authToken: 'another' });
const prepared =
  url +
  Object.keys(record)
    .sort()
    .map((name) => name + record[name])
    .join('');

const contenders: Record<string, () => unknown> = {
  'bare HMAC over the prepared text': () =>
    createHmac('sha1', AUTH_TOKEN).update(prepared).digest('base64') === signature,
  'ours, right signature': () => verifyRequest({ signature, url, params, authTokens: AUTH_TOKEN }).valid,
  'ours, wrong signature': () =>
    !verifyRequest({ signature: wrong, url, params, authTokens: AUTH_TOKEN }).valid,
  'ours, malformed header': () =>
    !verifyRequest({ signature: 'no', url, params, authTokens: AUTH_TOKEN }).valid,
  'twilio.validateRequest, right': () => twilio.validateRequest(AUTH_TOKEN, signature, url, record),
  'twilio.validateRequest, wrong': () => !twilio.validateRequest(AUTH_TOKEN, wrong, url, record),
};

const SLICE = 5_000;
const ROUNDS = 30;
const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < SLICE; i++) {
      if (run() !== true) throw new Error(`${name}: wrong answer`);
    }
    const perCall = Number(process.hrtime.bigint() - start) / SLICE;
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, perCall));
  }
}

const bare = best.get('bare HMAC over the prepared text') ?? Number.NaN;
console.log(`${Buffer.byteLength(prepared)} bytes, ${params.length} parameters, Node ${process.version}`);
for (const [name, ns] of best) {
  console.log(
    `${name.padEnd(34)} ${(ns / 1_000).toFixed(2).padStart(7)} us  ${(ns / bare).toFixed(2).padStart(5)} x bare`,
  );
}
