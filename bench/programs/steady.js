// Sends requests at a fixed rate, whether or not earlier ones were answered, and prints how long each answer took.
// Sending waits for no answer, so a slow server cannot slow the load down and look better for it; the time counts from
// the moment of writing, so this process' own timers (1 ms) do not count as the server's.
// Usage: node steady.js '{ port, file, size, total, first, count, perSecond, answer }'
import { openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const { port, file, size, total, first, count, perSecond, answer } = JSON.parse(process.argv[2]);
const requests = openSync(file, 'r');
const idle = [];
const latenciesMs = [];
let bad = 0;

/** Connections are kept; there are as many as were ever needed at once. */
function open() {
  const connection = { socket: connect({ port, host: '127.0.0.1', noDelay: true }), sentAt: 0, received: '' };
  connection.socket.setEncoding('utf8');
  connection.socket.on('data', (text) => {
    connection.received += text;
    if (isWhole(connection.received)) finish(connection);
  });
  connection.socket.on('error', () => {
    bad += 1;
  });
  return connection;
}

/** @param {string} text */
function isWhole(text) {
  const head = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  return head !== -1 && text.length >= head + 4 + Number(length);
}

function finish(connection) {
  latenciesMs.push(performance.now() - connection.sentAt);
  if (!connection.received.startsWith('HTTP/1.1 200 ') || !connection.received.endsWith(`\r\n\r\n${answer}`))
    bad += 1;
  connection.received = '';
  idle.push(connection);
}

function send(index) {
  const bytes = Buffer.allocUnsafe(size);
  readSync(requests, bytes, 0, size, ((first + index) % total) * size);
  const connection = idle.pop() ?? open();
  connection.sentAt = performance.now();
  connection.socket.write(bytes);
}

const start = performance.now();
for (let sent = 0; sent < count; ) {
  const due = Math.min(count, Math.floor(((performance.now() - start) * perSecond) / 1_000));
  while (sent < due) {
    send(sent);
    sent += 1;
  }
  await sleep(1);
}
// Twilio hangs up after 5 s; what has not come by then never counts as an answer.
for (let waited = 0; waited < 5_000 && latenciesMs.length < count; waited += 50) await sleep(50);
process.stdout.write(JSON.stringify({ latenciesMs, bad, unanswered: count - latenciesMs.length }), () =>
  process.exit(),
);
