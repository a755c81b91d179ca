// The emulator of bench/agents.ts: agents, a rate and a time. It says what it is, waits for `begin`, makes the tasks, and
// says when the engine said each event of a reservation.
import { createEmulator } from '../../src/emulator/index.js';

const [agents = 200, rate = 50, seconds = 10] = process.argv.slice(2).map(Number);
const names = Array.from({ length: agents }, (_, index) => `Agent ${index}`);
const emulator = await createEmulator();
const { workspaceSid, workers } = emulator.seed({
  workers: Object.fromEntries(names.map((name) => [name, { activity: 'Available' }])),
  taskQueues: { Everyone: {} },
  workflows: { Default: { defaultQueue: 'Everyone' } },
});
const tokens = await Promise.all(names.map((name) => emulator.accessToken(name)));

const said: [string, number][] = [];
emulator.watch((event) => {
  if (event.kind === 'event' && event.resourceType === 'reservation')
    said.push([`${event.type} ${event.resourceSid}`, event.at]);
});
process.send!({ url: emulator.url, workspaceSid, workers: names.map((name) => workers[name]), tokens });
await new Promise((resolve) => process.once('message', resolve));

const before = process.cpuUsage();
const tasks = rate * seconds;
const began = performance.now();
for (let made = 0; made < tasks; ) {
  const due = Math.min(tasks, Math.ceil(((performance.now() - began) / 1_000) * rate));
  for (; made < due; made += 1) emulator.createTask({ attributes: { type: 'chat', number: made } });
  await new Promise((resolve) => setTimeout(resolve, 2));
}
const { user, system } = process.cpuUsage(before);
// What is on its way arrives.
const isDone = () => said.filter(([key]) => key.startsWith('reservation.completed')).length === tasks;
for (let waited = 0; waited < 20_000 && !isDone(); waited += 100)
  await new Promise((resolve) => setTimeout(resolve, 100));
await new Promise((resolve) => setTimeout(resolve, 300));
process.send!({ said, tasks, cpuMs: (user + system) / 1_000 });
