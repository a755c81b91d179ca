import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '../src/emulator/engine/index.js';

// What users run: tsx would put its own calls into the sources.
const { createEngine, seededSid } = (await import(
  new URL('../dist/emulator/engine/index.js', import.meta.url).href
)) as typeof import('../src/emulator/engine/index.js');

/**
 * One round of the engine, in a process of its own so that heaps do not mix: how many tasks wait, and whether they are
 * `parked` (they fit nobody) or `wanted`. It prints a line of JSON.
 *
 * A contact centre of 1,000 workers (3 queues, 3 channels, skills, one workflow with an escalation) has a backlog of
 * waiting tasks that stays the same size: each turn completes one task, which frees a worker, who is given the next
 * one and accepts it; then a new task comes. A listener hears every event and the clock moves, as in real use. Rates
 * are by CPU time, the collector's threads included, so that other work on the machine does not count.
 */
const workers = 1_000;
const assignments = 20_000;
const start = Date.UTC(2026, 0, 1);
const skills = ['en', 'es', 'fr', 'de'];
const channels = ['voice', 'chat', 'default'];

// Memory is only worth reading after a collection.
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

export interface Round {
  /** Assignments a second. */
  readonly rate: number;
  readonly bytesPerTask: number;
}

function round(waiting: number, background: boolean): Round {
  let time = start;
  let events = 0;
  const engine = createEngine({ now: () => time, sid: seededSid(1) });
  const pending: string[] = [];
  engine.subscribe((output) => {
    events += 1;
    if (output.kind === 'assignment') pending.push(output.reservationSid);
  });
  const workspaceSid = build(engine);
  let made = 0;
  const addTask = () => {
    made += 1;
    engine.dispatch('createTask', {
      workspaceSid,
      taskChannel: channels[made % 3]!,
      attributes: JSON.stringify({
        skill: skills[made % 4],
        tier: made % 10 === 0 ? 'gold' : 'standard',
        // The background tasks fit nobody, so that they wait whatever the workers do.
        parked: background && made <= waiting,
        customer: `customer ${made}`,
      }),
    });
  };
  const open: string[] = [];
  const accept = () => {
    for (const sid of pending.splice(0)) {
      open.push(
        engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'accepted' }).taskSid,
      );
    }
  };
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < waiting; index++) addTask();
  accept();
  collectGarbage();
  const bytesPerTask = (process.memoryUsage().heapUsed - before) / waiting;
  if (background) for (let index = 0; index < workers; index++) addTask();
  accept();

  let assigned = 0;
  let next = 0;
  const began = process.cpuUsage();
  while (assigned < assignments) {
    time += 5;
    const sid = open[next]!;
    next += 1;
    engine.dispatch('updateTask', { workspaceSid, sid, assignmentStatus: 'completed', reason: 'done' });
    addTask();
    assigned += pending.length;
    accept();
  }
  const used = process.cpuUsage(began);
  const seconds = (used.user + used.system) / 1e6;
  if (events < assigned) throw new Error('the listener heard too little');
  return { rate: assigned / seconds, bytesPerTask };
}

function build(engine: Engine): string {
  const { sid: workspaceSid } = engine.dispatch('createWorkspace', { friendlyName: 'Bench' });
  const available = [...engine.workspaces.get(workspaceSid)!.activities.values()].find(
    (one) => one.available,
  )!;
  const queue = (friendlyName: string, targetWorkers: string) =>
    engine.dispatch('createTaskQueue', { workspaceSid, friendlyName, targetWorkers }).sid;
  const everyone = queue('Everyone', '1==1');
  const seniors = queue('Seniors', 'level >= 2');
  const parked = queue('Parked', 'level > 100');
  engine.dispatch('createWorkflow', {
    workspaceSid,
    friendlyName: 'Support',
    assignmentCallbackUrl: 'https://example.com/assignment',
    taskReservationTimeout: 3_600,
    configuration: JSON.stringify({
      task_routing: {
        filters: [
          { expression: 'parked == true', targets: [{ queue: parked }] },
          {
            expression: "tier == 'gold'",
            targets: [{ queue: seniors, priority: 10, timeout: 3_600 }, { queue: everyone }],
          },
          {
            expression: 'skill != null',
            targets: [{ queue: everyone, expression: 'worker.skills HAS task.skill' }],
          },
        ],
        default_filter: { queue: everyone },
      },
    }),
  });
  for (let index = 0; index < workers; index++) {
    engine.dispatch('createWorker', {
      workspaceSid,
      friendlyName: `worker ${index}`,
      activitySid: available.sid,
      attributes: JSON.stringify({ level: index % 4, skills: [skills[index % 4], skills[(index + 1) % 4]] }),
    });
  }
  return workspaceSid;
}

const [waiting, kind] = [Number(process.argv[2]), process.argv[3]];
round(5_000, kind === 'parked'); // warm-up
// Wanted tasks only wait when they are more than what the workers hold (3 channels each).
console.log(JSON.stringify(round(kind === 'parked' ? waiting : waiting + workers * 3, kind === 'parked')));
