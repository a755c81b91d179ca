import { flood, type Steady, steady } from './load.js';
import type { Cores } from './processes.js';
import { startBenchRedis } from './redis.js';
import type { RequestFile } from './requests.js';
import {
  isOurs,
  type MeasuredServer,
  needsRedis,
  type Report,
  type ServerName,
  startServer,
} from './servers.js';

/** How each server is loaded, in each round. */
export interface Plan {
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly steadySeconds: number;
  readonly steadyPerSecond: number;
  readonly profile: string | undefined;
}

/** One server in one round. */
export interface Measurement {
  readonly perSecond: number;
  /** CPU of the server process for one request, in microseconds. */
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** How busy the load's core was with wrk, and with Redis where there is one; 0 to 1. */
  readonly loadBusy: number;
  /** How busy the server kept its core; 0 to 1. */
  readonly serverBusy: number;
  readonly roundTrips: number | undefined;
  readonly steady: Steady;
  /** Why it does not count; the answers were right all the same. */
  readonly discounted: string | undefined;
}

/** Above this the load, not the server, may be what is measured. */
const LOAD_LIMIT = 0.9;

/** An answer or a handler run that must not be: the whole benchmark fails. */
export class WrongResult extends Error {}

/** Starts a server, warms it up, floods it, loads it at a fixed rate, and checks all it did. */
export async function measure(
  name: ServerName,
  requests: RequestFile,
  cores: Cores,
  plan: Plan,
): Promise<Measurement> {
  const redis = needsRedis(name) ? await startBenchRedis(cores.load) : undefined;
  let server: MeasuredServer | undefined;
  try {
    const { profile } = plan;
    server = await startServer(name, { core: cores.server, redisUrl: redis?.url, profile });
    const target = { core: cores.load, port: server.port, requests };
    const { connections, seconds } = plan;

    const warm = await flood({ ...target, first: 0 }, { seconds: plan.warmUpSeconds, connections });
    const before = await server.report();
    const redisBefore = await redis?.usage();
    const main = await flood({ ...target, first: warm.taken }, { seconds, connections });
    const redisAfter = await redis?.usage();
    const after = await server.report();
    const first = warm.taken + main.taken;
    const calm = await steady(
      { ...target, first },
      { seconds: plan.steadySeconds, perSecond: plan.steadyPerSecond },
    );
    const end = await server.report();

    const sent = main.requests;
    const handled = after.requests - before.requests;
    checkRuns(name, end);
    for (const { bad, firstBad, errors } of [warm, main]) {
      check(bad === 0, `${bad} answers that were not 200 or had another body, such as ${firstBad}`);
      check(errors === 0, `${errors} connections failed`);
    }
    check(calm.bad === 0, `${calm.bad} answers at the fixed rate that were not 200 or had another body`);
    check(handled >= sent && handled <= sent + connections, `${sent} answers to ${handled} requests`);

    const ranOut = first + calm.latenciesMs.length > requests.count || main.ranOut + warm.ranOut > 0;
    const redisUs = redisAfter && redisBefore ? redisAfter.cpuUs - redisBefore.cpuUs : 0;
    const loadBusy = (main.cpuUs + redisUs) / main.durationUs;
    const cpuUs = after.cpuUs - before.cpuUs;
    return {
      perSecond: (sent / main.durationUs) * 1e6,
      cpuUs: cpuUs / handled,
      p50Us: main.p50Us,
      p99Us: main.p99Us,
      loadBusy,
      serverBusy: cpuUs / main.durationUs,
      roundTrips:
        redisAfter && redisBefore ? (redisAfter.roundTrips - redisBefore.roundTrips) / handled : undefined,
      steady: calm,
      discounted: reasonAgainst({
        loadBusy,
        ranOut: ranOut && isOurs(name),
        degraded: end.degraded,
        timeouts: main.timeouts,
      }),
    };
  } finally {
    await server?.stop();
    await redis?.stop();
  }
}

/** Each reservation the server answered had its handler run once: exact, whatever was in flight when wrk stopped. */
function checkRuns(name: ServerName, { reservations, runs, repeatedRuns, degraded, failures }: Report): void {
  check(Object.keys(failures).length === 0, `answers other than 200: ${JSON.stringify(failures)}`);
  if (!isOurs(name)) return;
  check(
    repeatedRuns === 0,
    `${repeatedRuns} handler runs for reservations that had one before; ${degraded} answers went out without the store`,
  );
  check(runs === reservations, `${runs} handler runs for ${reservations} distinct reservations`);
}

function check(right: boolean, wrong: string): void {
  if (!right) throw new WrongResult(wrong);
}

function reasonAgainst(found: {
  readonly loadBusy: number;
  readonly ranOut: boolean;
  readonly degraded: number;
  readonly timeouts: number;
}): string | undefined {
  if (found.loadBusy > LOAD_LIMIT) {
    return `the load's core was ${Math.round(found.loadBusy * 100)} % busy: use fewer --connections`;
  }
  if (found.ranOut) return 'the signed requests ran out, and were sent again';
  if (found.degraded > 0) return `${found.degraded} answers went out without the store`;
  if (found.timeouts > 0) return `${found.timeouts} answers took longer than 5 s: is the machine idle?`;
  return undefined;
}
