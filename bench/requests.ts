import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { signRequest } from '../src/signature/index.js';
import { AUTH_TOKEN, CALLBACK_PATH, CALLED, PUBLIC_URL } from './servers.js';

/** Whole signed HTTP requests, all of one size, one after the other in a file. */
export interface RequestFile {
  readonly path: string;
  /** Bytes of one request. */
  readonly size: number;
  readonly count: number;
}

/** Every so many requests one is a duplicate of an earlier one. */
const DUPLICATE_EVERY = 20;
/** Duplicates are at most so many requests behind what they repeat: some meet it running, most find it finished. */
const DUPLICATE_WITHIN = 1_000;

/**
 * Writes signed assignment callbacks: 14 parameters, about 900 bytes of body, each a reservation of its own but every
 * 20th, which repeats an earlier one to the byte. The same seed gives the same requests but for the Timestamp, which
 * must be of today.
 */
export function writeRequests(path: string, count: number, seed: number): RequestFile {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const recent: Buffer[] = [];
  const file = openSync(path, 'w');
  let size = 0;
  let chunk: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const hash = createHash('md5').update(`${seed} ${index}`).digest();
    const repeats = index % DUPLICATE_EVERY === DUPLICATE_EVERY - 1;
    const request = repeats
      ? recent[hash.readUInt32BE() % recent.length]!
      : callback(index, hash.toString('hex'), timestamp);
    if (size !== 0 && request.length !== size) throw new Error('Requests must be of one size.');
    size = request.length;
    recent[index % DUPLICATE_WITHIN] = request;
    chunk.push(request);
    if (chunk.length === 1_000 || index === count - 1) {
      writeSync(file, Buffer.concat(chunk));
      chunk = [];
    }
  }
  closeSync(file);
  return { path, size, count };
}

/** Servers count reservations by the last eight digits of their SID. */
function callback(index: number, digits: string, timestamp: string): Buffer {
  const own = (prefix: string) => prefix + digits.slice(0, 24) + index.toString(16).padStart(8, '0');
  const params: Array<[string, string]> = [
    ['Timestamp', timestamp],
    ['AccountSid', fixed('AC')],
    ['WorkspaceSid', fixed('WS')],
    ['WorkflowSid', fixed('WW')],
    ['TaskQueueSid', fixed('WQ')],
    ['WorkerSid', fixed('WK')],
    ['WorkerAttributes', '{"contact_uri":"client:alice","skills":["english","spanish"],"level":3}'],
    ['TaskSid', own('WT')],
    [
      'TaskAttributes',
      JSON.stringify({ call_sid: own('CA'), from: '+15017122662', called: CALLED, note: 'n'.repeat(175) }),
    ],
    ['TaskAge', String(index % 10)],
    ['TaskPriority', '10'],
    ['ReservationSid', own('WR')],
    ['WorkerName', 'alice'],
    ['TaskQueueName', 'Support EN'],
  ];
  const signature = signRequest({ url: PUBLIC_URL + CALLBACK_PATH, params, authToken: AUTH_TOKEN });
  const body = new URLSearchParams(params).toString();
  return Buffer.from(
    [
      `POST ${CALLBACK_PATH} HTTP/1.1`,
      `Host: ${new URL(PUBLIC_URL).host}`,
      'User-Agent: TwilioProxy/1.1',
      'Accept: */*',
      'Content-Type: application/x-www-form-urlencoded; charset=UTF-8',
      `X-Twilio-Signature: ${signature}`,
      'I-Twilio-Idempotency-Token: 00000000-0000-0000-0000-000000000000',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

function fixed(prefix: string): string {
  return prefix + '0123456789abcdef'.repeat(2);
}
