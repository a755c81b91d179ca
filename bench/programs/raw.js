// The least that can be done: node:http, the form, the HMAC, a fixed answer.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parse } from 'node:querystring';
import { createTally, tellPort } from './tally.js';

const tally = createTally();
const { PUBLIC_URL, CALLBACK_PATH, TWILIO_AUTH_TOKEN, ANSWER } = process.env;
const url = PUBLIC_URL + CALLBACK_PATH;
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };

/**
 * @param {string} body
 * @param {string} signature
 */
function signed(body, signature) {
  const form = parse(body);
  let text = url;
  for (const name of Object.keys(form).sort()) text += name + form[name];
  const expected = createHmac('sha1', TWILIO_AUTH_TOKEN).update(text).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const server = createServer((request, response) => {
  tally.request();
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    if (!signed(body, String(request.headers['x-twilio-signature']))) {
      tally.failed('403 signature');
      response.writeHead(403).end();
      return;
    }
    response.writeHead(200, headers).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
