/**
 * What the framework costs, beside what it replaces: `npm run bench`. It builds, then starts eight servers in turn,
 * round after round, each alone on one core with the load on another, sends all of them the same signed callbacks,
 * checks every answer and every handler run, and prints medians, ratios and the goals. On an idle machine, please.
 * A callback that is answered wrongly, or handled twice, fails the run (exit code 1); a goal that is missed does not:
 * how fast a machine is says nothing about the code's being right.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findServer } from '../test/support/redis.js';
import { flood } from './load.js';
import { type Measurement, measure, type Plan, WrongResult } from './measure.js';
import { benchMemory } from './memory.js';
import { type Cores, chooseCores, endAll } from './processes.js';
import { writeRequests } from './requests.js';
import { report } from './results.js';
import { needsRedis, SERVER_NAMES, SERVERS, type ServerName, startServer } from './servers.js';

const USAGE = `npm run bench -- [options]
  --rounds <n>         rounds of all servers; what is printed is their median (5)
  --seconds <n>        each server at full load, in each round (4)
  --only <names>       some of ${SERVER_NAMES.join(',')}
  --connections <n>    how many requests wait at once (32)
  --quick              one round of one second: to see that it works, not for numbers
  --profile <folder>   writes a CPU profile of each server there
  --steps              instead: what each step of a callback costs, and the files it goes through
  --memory             instead: a million reservations in the memory store
  --no-build           measures dist/ as it is`;

/** Requests to have ready for each second, however slow the machine seems at first. */
const LEAST_PER_SECOND = 10_000;

/** No use in going on: the message says what to do. */
class Usage extends Error {}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: SERVER_NAMES.join() },
      connections: { type: 'string', default: '32' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      memory: { type: 'boolean', default: false },
      steps: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const { quick, profile, memory } = values;
  const only = values.only.split(',').map((name) => {
    if (SERVER_NAMES.includes(name as ServerName)) return name as ServerName;
    throw new Usage(`There is no server ${name}.\n${USAGE}`);
  });
  const seconds = whole('seconds', values.seconds ?? (quick ? '1' : '4'));
  return {
    rounds: whole('rounds', values.rounds ?? (quick ? '1' : '5')),
    only: SERVER_NAMES.filter((name) => only.includes(name)),
    memory,
    steps: values.steps,
    build: !values['no-build'],
    plan: {
      warmUpSeconds: quick ? 1 : 3,
      seconds,
      connections: whole('connections', values.connections),
      steadySeconds: seconds,
      steadyPerSecond: 500,
      profile,
    } satisfies Plan,
  };
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Usage(`--${name} must be a whole number from 1.\n${USAGE}`);
}

/** The programs it needs, and two cores. */
function prepare(only: readonly ServerName[]): Cores {
  const has = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!has('wrk')) throw new Usage('The benchmark needs wrk. On Debian or Ubuntu: apt-get install wrk');
  if (!has('taskset')) {
    throw new Usage('The benchmark needs Linux and taskset. On Debian or Ubuntu: apt-get install util-linux');
  }
  if (only.some(needsRedis) && findServer() === undefined) {
    throw new Usage(
      'The benchmark needs redis-server. On Debian or Ubuntu: apt-get install redis-server; or leave Redis out with --only',
    );
  }
  const cores = chooseCores();
  if (cores === undefined)
    throw new Usage('The benchmark needs two cores: one for the server, one for the load.');
  return cores;
}

function build(): void {
  const script = fileURLToPath(new URL('../scripts/build.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) throw new Usage('The build failed: there is nothing to measure.');
}

/** How many requests one round can use up at most: twice the barest server's, for this may be a slow moment. */
async function countRequests(file: string, cores: Cores, plan: Plan): Promise<number> {
  const server = await startServer('raw', { core: cores.server, redisUrl: undefined, profile: undefined });
  try {
    const requests = writeRequests(file, 2_000, 0);
    const target = { core: cores.load, port: server.port, requests, first: 0 };
    const { requests: answered } = await flood(target, { seconds: 2, connections: plan.connections });
    const perSecond = Math.max(LEAST_PER_SECOND, answered);
    return perSecond * (plan.warmUpSeconds + plan.seconds) + plan.steadySeconds * plan.steadyPerSecond;
  } finally {
    await server.stop();
  }
}

/** @returns whether every answer and every handler run was right. */
async function benchServers(folder: string, options: ReturnType<typeof readOptions>): Promise<boolean> {
  const { rounds, only, plan } = options;
  const cores = prepare(only);
  if (options.build) build();
  const file = join(folder, 'requests');
  const count = await countRequests(file, cores, plan);
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores: servers on core ${cores.server}; wrk and Redis on core ` +
      `${cores.load}; ${plan.connections} connections; ${rounds} x ${plan.seconds} s\n`,
  );
  const wrong: string[] = [];
  const results = new Map<ServerName, Measurement[]>(only.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const requests = writeRequests(file, count, round);
    // Each server comes first once in a while: what warms or cools a machine meets all of them.
    const turn = only.map((_, index) => only[(index + round) % only.length]!);
    for (const name of turn) {
      const title = `round ${round}  ${SERVERS[name].title}`;
      try {
        const one = await measure(name, requests, cores, plan);
        results.get(name)!.push(one);
        const remark = one.discounted ? ` (does not count: ${one.discounted})` : '';
        console.log(`${title}: ${Math.round(one.perSecond)} req/s${remark}`);
      } catch (error) {
        if (!(error instanceof WrongResult)) throw error;
        console.log(`${title}: WRONG`);
        wrong.push(`${title}: ${error.message}`);
      }
    }
  }
  console.log(`\n${report(results, plan)}`);
  for (const one of wrong) console.error(`\nWRONG: ${one}`);
  return wrong.length === 0;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-bench-'));
  const tidy = () => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      tidy();
      process.exit(130);
    });
  }
  try {
    const options = readOptions();
    if (!options.memory && !options.steps) return (await benchServers(folder, options)) ? 0 : 1;
    if (options.build) build();
    if (options.steps) {
      // Loaded here: it stands on dist/, which may not be there before.
      const { benchSteps } = await import('./steps.js');
      await benchSteps();
      return 0;
    }
    return benchMemory() ? 0 : 1;
  } catch (error) {
    if (error instanceof Usage || (error instanceof TypeError && 'code' in error)) {
      console.error(error.message);
      return 2;
    }
    console.error(error);
    return 1;
  } finally {
    tidy();
  }
}

process.exitCode = await main();
