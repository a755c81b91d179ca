/**
 * How fast events reach agents: `npx tsx bench/agents.ts [agents] [tasks a second] [seconds]`, by default 200, 50 and 10.
 *
 * The emulator runs in a process of its own, the agents in this one: a bare WebSocket for each, which accepts and completes
 * what it is offered, by the calls of the Worker SDK. A task is made at its time, whatever has become of those before. The
 * delay of an event is from its own time, in whole milliseconds, to when the agent's socket had it, on the machine's clock.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { table } from './results.js';

/** Delivery of an event, in milliseconds. */
const GOAL_P99 = 50;

interface Centre {
  readonly url: string;
  readonly workspaceSid: string;
  readonly workers: readonly string[];
  readonly tokens: readonly string[];
}

interface Told {
  readonly event_type: string;
  readonly payload: {
    readonly sid: string;
    readonly worker_sid?: string;
    readonly task?: { readonly sid: string };
  };
}

const [agents = 200, rate = 50, seconds = 10] = process.argv.slice(2).map(Number);
const path = fileURLToPath(new URL('programs/agents-centre.ts', import.meta.url));
const centre = fork(path, [String(agents), String(rate), String(seconds)], { execArgv: ['--import', 'tsx'] });
const [ready] = (await once(centre, 'message')) as [Centre];

const delays: number[] = [];
/** When the engine said each event of a reservation, by its type and SID. */
const said = new Map<string, number>();
const heard = new Map<string, number>();
let astray = 0;
let completed = 0;
const sockets = await Promise.all(ready.workers.map((sid, index) => connect(sid, ready.tokens[index]!)));

async function connect(workerSid: string, token: string): Promise<WebSocket> {
  const ws = new WebSocket(`${ready.url.replace('http', 'ws')}/v1/wschannels?token=${token}`);
  ws.on('message', (data) => {
    const at = Date.now();
    const text = String(data);
    if (text === ' ') return;
    const { event_type: type, payload } = JSON.parse(text) as Told;
    if (!type.startsWith('reservation.')) return;
    if (payload.worker_sid !== workerSid) astray += 1;
    const key = `${type} ${payload.sid}`;
    heard.set(key, at);
    if (type === 'reservation.created') void act(workerSid, token, payload.sid);
    if (type === 'reservation.completed') completed += 1;
  });
  await once(ws, 'open');
  return ws;
}

async function act(workerSid: string, token: string, reservation: string): Promise<void> {
  const url = `Workspaces/${ready.workspaceSid}/Workers/${workerSid}/Reservations/${reservation}`;
  for (const ReservationStatus of ['accepted', 'completed']) {
    const body = JSON.stringify({ url, method: 'POST', params: { ReservationStatus }, token });
    const answer = await fetch(`${ready.url}/v1/wschannels`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`a call was answered with ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}

interface Result {
  readonly said: readonly (readonly [string, number])[];
  readonly tasks: number;
  readonly cpuMs: number;
}

centre.send('begin');
const [result] = (await once(centre, 'message')) as [Result];
for (const [key, at] of result.said) said.set(key, at);
for (const [key, at] of said) {
  const arrived = heard.get(key);
  if (arrived !== undefined) delays.push(arrived - at);
}
for (const ws of sockets) ws.terminate();
centre.kill();
await once(centre, 'exit');

delays.sort((a, b) => a - b);
const at = (share: number) =>
  (delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0).toFixed(1);
const lost = said.size - delays.length;
console.log(
  table(
    [
      'agents',
      'tasks',
      'tasks/s',
      'events',
      'lost',
      'astray',
      'p50 ms',
      'p99 ms',
      'max ms',
      'CPU of the emulator',
    ],
    [
      [
        ...[agents, result.tasks, rate, said.size, lost, astray].map(String),
        ...[at(0.5), at(0.99), at(1), `${Math.round(result.cpuMs / seconds / 10)} %`],
      ],
    ],
  ),
);
const reached = Number(at(0.99)) < GOAL_P99 && lost === 0 && astray === 0 && completed === result.tasks;
console.log(
  `p99 below ${GOAL_P99} ms, nothing lost or astray, every task completed: ${reached ? 'reached' : 'MISSED'}`,
);
process.exitCode = reached ? 0 : 1;
