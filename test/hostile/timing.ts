import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { signRequest, verifyRequest } from '../../src/signature/index.js';
import { TOKEN } from '../server/endpoint-process.js';
import { PUBLIC_URL, startWatched } from '../support/watched/start.js';

const URL = `${PUBLIC_URL}/taskrouter/assignment`;

type Check = (signature: string) => unknown;

/** Whether the time of a check tells how much of a signature was right. */
export interface TimingReport {
  /** Welch's t between the times of signatures with no right character and with all but the last right. */
  readonly t: number;
  /** How much longer the second kind took, in nanoseconds. */
  readonly differenceNs: number;
}

/** Beyond this, in either direction, times differ by more than chance: the threshold that leak tests commonly use. */
export const MOST_T = 4.5;

/** Times a check over both kinds of signatures, in an order that chance decides. The slowest tenth is noise of the machine. */
function compareTimes(check: Check, kinds: readonly [string, string], times: number): TimingReport {
  const taken: [number[], number[]] = [[], []];
  for (let index = 0; index < times; index++) {
    const kind = Math.random() < 0.5 ? 0 : 1;
    const began = process.hrtime.bigint();
    check(kinds[kind]);
    const ns = Number(process.hrtime.bigint() - began);
    // Until the compiler is done, times mean nothing.
    if (index > times / 10) taken[kind].push(ns);
  }
  const limit = [...taken[0], ...taken[1]].sort((a, b) => a - b)[Math.floor(times * 0.81)]!;
  const [none, most] = taken.map((list) => momentsOf(list.filter((ns) => ns <= limit))) as [Moments, Moments];
  const differenceNs = most.mean - none.mean;
  return {
    differenceNs,
    t: differenceNs / Math.sqrt(none.variance / none.count + most.variance / most.count),
  };
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(list: readonly number[]): Moments {
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
  return { count: list.length, mean, variance };
}

/** Our check, and one that stops at the first difference, which the measurement must see. */
export function timeSignatures(times: number): { ours: TimingReport; planted: TimingReport } {
  const { fields } = assignmentRequest({ url: URL, authToken: TOKEN });
  const params = Object.entries(fields);
  const right = signRequest({ url: URL, params, authToken: TOKEN });
  const other = (character: string) => (character === 'A' ? 'B' : 'A');
  const nothing = `${[...right.slice(0, 27)].map(other).join('')}=`;
  const nearly = `${right.slice(0, 26)}${other(right[26]!)}=`;
  const text = params.flat().join('');
  const stopping: Check = (signature) => {
    const made = createHmac('sha1', TOKEN).update(text).digest('base64');
    let same = 0;
    for (let index = 0; index < 28; index++) {
      if ((index < 27 ? right : made)[index] !== signature[index]) break;
      same += 1;
    }
    return same;
  };
  return {
    ours: compareTimes(
      (signature) => verifyRequest({ signature, url: URL, params, authTokens: TOKEN }),
      [nothing, nearly],
      times,
    ),
    planted: compareTimes(stopping, [nothing, nearly], times),
  };
}

/** CPU of a deployed endpoint for one callback, in microseconds: the median of several rounds, in turn. */
export async function costOfRefusal(rounds = 9, perRound = 1_000) {
  const endpoint = await startWatched('test/hostile/handlers.ts');
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const send = (isGood: boolean) =>
    new Promise<void>((resolve, reject) => {
      const { headers, body } = assignmentRequest({ url: URL, authToken: isGood ? TOKEN : 'another' });
      const target = { port: endpoint.port, path: '/taskrouter/assignment', method: 'POST', headers, agent };
      request(target, (response) => {
        const expected = isGood ? 200 : 403;
        if (response.statusCode !== expected)
          reject(new Error(`${response.statusCode} instead of ${expected}`));
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end(body);
    });
  const round = async (isGood: boolean) => {
    const { cpuMs } = await endpoint.held();
    for (let sent = 0; sent < perRound; sent += 8)
      await Promise.all(Array.from({ length: 8 }, () => send(isGood)));
    return ((await endpoint.held()).cpuMs - cpuMs) * (1_000 / perRound);
  };
  try {
    const costs: [number[], number[]] = [[], []];
    for (let index = 0; index < rounds + 2; index++) {
      const [good, bad] = [await round(true), await round(false)];
      // The first two warm it up.
      if (index < 2) continue;
      costs[0].push(good);
      costs[1].push(bad);
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    return { answeredUs: median(costs[0]), refusedUs: median(costs[1]) };
  } finally {
    agent.destroy();
    await endpoint.close();
  }
}
