import { assignmentRequest, eventRequest, type SignedRequest, sid } from 'taskrouter-kit/testing';
import { TOKEN } from '../server/endpoint-process.js';
import type { Random } from '../simulation/random.js';
import { PUBLIC_URL } from '../support/watched/start.js';
import { attributes, awkward, bomb, bytes, FORGED, formBody } from './texts.js';

/** So many different reservations: duplicates of them leave nothing new in the store. */
const RESERVATIONS = 500;

const PREFIXES = {
  AccountSid: 'AC',
  WorkspaceSid: 'WS',
  WorkflowSid: 'WW',
  TaskQueueSid: 'WQ',
  WorkerSid: 'WK',
  TaskSid: 'WT',
  ReservationSid: 'WR',
} as const;

/** A callback as Twilio would send it, about one of a few hundred reservations. */
export function genuine(random: Random, more: Readonly<Record<string, string>> = {}): SignedRequest {
  const number = random.int(1, RESERVATIONS);
  const sids = Object.entries(PREFIXES).map(([name, prefix]) => [name, sid(prefix, number)]);
  const fields = { ...Object.fromEntries(sids), ...more } as Record<string, string>;
  const url = `${PUBLIC_URL}/taskrouter`;
  if (random.chance(0.3)) {
    const { ReservationSid: _, ...rest } = fields;
    const event = { ...rest, Sid: sid('EV', number), ResourceSid: fields.TaskSid! };
    return eventRequest({ url: `${url}/events`, authToken: TOKEN, type: 'task.created', fields: event });
  }
  const path = random.pick(['assignment', 'assignment/fallback']);
  return assignmentRequest({ url: `${url}/${path}`, authToken: TOKEN, fields });
}

/** A signed callback whose contents strangers have chosen: attributes, and parameters that Twilio may add one day. */
export function strange(random: Random): SignedRequest {
  const more: Record<string, string> = {};
  for (const name of ['TaskAttributes', 'WorkerAttributes'])
    if (random.chance(0.7)) more[name] = attributes(random);
  if (random.chance(0.2)) more[awkward(random)] = awkward(random);
  if (random.chance(0.1))
    more[random.pick(['TaskAge', 'Timestamp', 'TaskSid', 'AccountSid'])] = awkward(random);
  return genuine(random, more);
}

/** A request as bytes, one character for each. */
export function written(request: SignedRequest, more = ''): string {
  const body = Buffer.from(request.body).toString('latin1');
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const target = request.url.slice(PUBLIC_URL.length);
  return `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers.join('')}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A genuine request with a few of its bytes changed, moved or lost. */
export function mutated(random: Random): string {
  let text = written(genuine(random));
  for (let times = random.int(1, 6); times > 0; times--) {
    const at = random.int(0, text.length);
    const end = Math.min(text.length, at + random.int(1, 30));
    const put = random.pick([
      () => String.fromCharCode(random.int(0, 255)),
      () => text.slice(at, end).repeat(2),
      () => '',
      () => awkward(random),
      () =>
        random.pick([
          '\r\n',
          '\n',
          '\r',
          '\r\n\r\n',
          ':',
          ' ',
          '\0',
          '0\r\n\r\n',
          'Transfer-Encoding: chunked\r\n',
        ]),
      () => text.slice(random.int(0, text.length)),
    ])();
    text = text.slice(0, at) + put + text.slice(end);
  }
  return text;
}

const METHODS = [
  'POST',
  'GET',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'post',
  'PRI',
  'X',
  '',
];

const TARGETS = [
  '/taskrouter/assignment',
  '/taskrouter/assignment/fallback',
  '/taskrouter/events',
  '/taskrouter/assignment?x=%zz',
  '/taskrouter/assignment/',
  '/taskrouter//assignment',
  '/taskrouter/../metrics',
  '/taskrouter/__proto__',
  '/TASKROUTER/assignment',
  '/healthz',
  '/readyz',
  '/metrics',
  '/%',
  '/%c0%af',
  '//x/y',
  '*',
  'http://example.com/taskrouter/assignment',
  'example.com:443',
  '/\u0000',
  '',
] as const;

const HEADERS: ReadonlyArray<(random: Random) => string> = [
  () => 'Host: x',
  () => 'Host: u:p@h/x?y',
  () => 'Host:',
  () => `X-Twilio-Signature: ${'A'.repeat(27)}=`,
  (random) => `X-Twilio-Signature: ${bytes(random, 30)}`,
  () => 'X-Twilio-Signature:',
  () => 'Content-Type: application/x-www-form-urlencoded',
  () => 'Content-Type: application/x-www-form-urlencoded; charset=utf-16',
  () => `Content-Type: application/x-www-form-urlencoded${';'.repeat(3_000)}`,
  () => 'Content-Type: multipart/form-data; boundary=',
  () => 'Content-Type: application/json',
  (random) =>
    `Content-Length: ${random.pick(['0', '-1', '1e3', '0x10', '5, 5', '99999999999999999999', '+4', '10'])}`,
  (random) =>
    `Transfer-Encoding: ${random.pick(['chunked', 'gzip', 'chunked, gzip', 'xchunked', ' chunked', 'identity'])}`,
  (random) => `Expect: ${random.pick(['100-continue', '200-ok', ''])}`,
  (random) => `Connection: ${random.pick(['close', 'keep-alive', 'upgrade', 'host', 'x-twilio-signature'])}`,
  () => 'Upgrade: websocket',
  () => 'Content-Encoding: gzip',
  () => 'X-Forwarded-Host: evil.example.com',
  () => 'X-Forwarded-Proto: gopher',
  () => 'X-HTTP-Method-Override: POST',
  () => `X-A: b\r\n\tX-Forged: ${FORGED}`,
  (random) => `X-Long: ${'x'.repeat(random.pick([100, 9_000, 17_000]))}`,
  (random) => Array.from({ length: random.pick([10, 1_500, 2_500]) }, (_, i) => `h${i}: ${i}`).join('\r\n'),
  (random) => `${awkward(random)}: ${awkward(random)}`,
  (random) => bytes(random, 40),
];

/** A chunked body, with chunks that are not what they say. */
function chunked(random: Random, body: string): string {
  const size = (text: string) =>
    random.chance(0.8)
      ? text.length.toString(16)
      : random.pick([
          'ffffffffffffffffff',
          '-1',
          '0x5',
          '',
          'g',
          '7fffffff',
          `5;${'x'.repeat(2_000)}`,
          '00000005',
        ]);
  let text = '';
  for (let at = 0; at < body.length; at += 2_000) {
    const piece = body.slice(at, at + 2_000);
    text += `${size(piece)}\r\n${piece}\r\n`;
  }
  return `${text}0\r\n${random.pick(['', `X-Trailer: ${FORGED}\r\n`, 'Content-Length: 5\r\n'])}\r\n`;
}

const noise = (random: Random) => bytes(random, 300);

/** A whole request with nothing wrong about its framing, so that the next one on the connection is read. */
export function framed(random: Random): string {
  const body = formBody(random);
  const length = random.chance(0.8);
  const framing = length ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
  const target = TARGETS[random.int(0, 2)];
  const sent = length ? body : `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`;
  return `POST ${target} HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}\r\n${framing}\r\n\r\n${sent}`;
}

const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded';
const NOBODYS_SIGNATURE = `X-Twilio-Signature: ${'A'.repeat(27)}=`;
export const FORM_HEADERS = `${FORM_TYPE}\r\n${NOBODYS_SIGNATURE}`;

/** A request by a grammar of HTTP that knows its rules and breaks some. */
export function grammatical(random: Random, big = false): string {
  const body = big ? bomb(random) : random.pick([formBody, formBody, formBody, () => '', noise])(random);
  const method = random.chance(0.85) ? 'POST' : random.pick(METHODS);
  const version = random.chance(0.96)
    ? 'HTTP/1.1'
    : random.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTP/1.1', '']);
  const headers: string[] = [];
  // Mostly those without which nothing is read any further.
  if (random.chance(0.98)) headers.push('Host: x');
  if (random.chance(0.9)) headers.push(FORM_TYPE);
  if (random.chance(0.9)) headers.push(NOBODYS_SIGNATURE);
  const framing = random.weighted({ length: 20, chunked: 4, both: 1, none: 1 });
  if (framing === 'length' || framing === 'both') headers.push(`Content-Length: ${body.length}`);
  if (framing === 'chunked' || framing === 'both') headers.push('Transfer-Encoding: chunked');
  for (let more = random.chance(0.7) ? 0 : random.int(1, 3); more > 0; more--)
    headers.splice(random.int(0, headers.length), 0, random.pick(HEADERS)(random));
  const sent = framing === 'chunked' || framing === 'both' ? chunked(random, body) : body;
  return `${method} ${random.chance(0.5) ? TARGETS[random.int(0, 2)] : random.pick(TARGETS)} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${sent}`;
}
