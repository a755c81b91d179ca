// The least that can be done: node:http, the form, the HMAC, a fixed answer. With REDIS_URL, two round trips before the
// answer too: the reservation is marked as begun, and then its answer is stored.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parse } from 'node:querystring';
import { Redis } from 'ioredis';
import { createTally, tellPort } from './tally.js';

const tally = createTally();
const { PUBLIC_URL, CALLBACK_PATH, TWILIO_AUTH_TOKEN, ANSWER, REDIS_URL } = process.env;
const redis = REDIS_URL === undefined ? undefined : new Redis(REDIS_URL);
const url = PUBLIC_URL + CALLBACK_PATH;
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };

/**
 * @param {import('node:querystring').ParsedUrlQuery} form
 * @param {string} signature
 */
function signed(form, signature) {
  let text = url;
  for (const name of Object.keys(form).sort()) text += name + form[name];
  const expected = createHmac('sha1', TWILIO_AUTH_TOKEN).update(text).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** @param {string} key */
async function record(key) {
  await redis.set(key, '', 'PX', 60_000, 'NX');
  await redis.set(key, ANSWER, 'PX', 60_000);
}

const server = createServer((request, response) => {
  tally.request();
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const form = parse(body);
    if (!signed(form, String(request.headers['x-twilio-signature']))) {
      tally.failed('403 signature');
      response.writeHead(403).end();
      return;
    }
    const answer = () => response.writeHead(200, headers).end(ANSWER);
    if (redis === undefined) answer();
    else record(`bench:${form.ReservationSid}`).then(answer);
  });
});
server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
