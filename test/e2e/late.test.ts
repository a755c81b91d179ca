import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  callback,
  type EndpointProcess,
  type LogLine,
  reservation,
  startProcess,
  until,
} from '../server/endpoint-process.js';
import { metric } from '../server/in-process.js';
import { startTaskRouterDouble, type TaskRouterDouble } from './task-router-double.js';

const HANDLERS = fileURLToPath(new URL('fixtures/late', import.meta.url));
const LEASE_MS = 1_500;
const CONFERENCE = { Instruction: 'conference', From: '+15005550001' };

let twilio: TaskRouterDouble;
/** `patient` has the default deadline, the others 500 ms. */
let patient: EndpointProcess;
let quick: EndpointProcess;
let victim: EndpointProcess;
let sender: EndpointProcess;

beforeAll(async () => {
  twilio = await startTaskRouterDouble();
  // A database of its own: whoever has a client takes over every late run it finds.
  const REDIS_URL = new URL('/5', inject('redisUrl')).href;
  const env = { ...twilio.env, REDIS_URL, HANDLERS_DIR: HANDLERS, ON_DEADLINE: 'defer' };
  const brief = { ...env, CALLBACK_DEADLINE_MS: '500' };
  [patient, quick, victim, sender] = await Promise.all([
    startProcess(env),
    startProcess(brief),
    startProcess(brief),
    startProcess(brief),
  ]);
});
afterAll(async () => {
  for (const endpoint of [patient, quick, victim, sender]) endpoint?.kill('SIGKILL');
  await twilio.close();
});

/** A reservation whose handler answers in one of the ways of the fixture. */
function late(how: 'slow' | 'run' | 'rest' | 'accept', ms = 0) {
  const about = reservation(ms);
  return { ...about, task: { ...about.task, how } };
}

type About = ReturnType<typeof late>;
const updates = ({ fields }: About) => twilio.updatesOf(fields.ReservationSid!);

/** The lines that tell how a reservation's deferred answer ended, in whatever process. */
function ends({ fields }: About): LogLine[] {
  const isEnd = (line: LogLine) =>
    line.msg === 'deferred answer' && line.reservationSid === fields.ReservationSid;
  return [patient, quick, victim, sender].flatMap(({ log }) => log.filter(isEnd));
}

const ended = (...all: readonly About[]) => until(() => all.every((about) => ends(about).length > 0));

describe.concurrent('deferred answers of endpoints on one Redis', () => {
  test('a handler of 8 s: {} in time, {} for duplicates, then exactly one update by REST', async () => {
    const about = late('slow', 8_000);
    const first = callback(patient.url, about);
    await sleep(1_000);
    // One while it runs, here; one after the answer, at another process.
    const joined = await callback(patient.url, about);
    const primary = await first;
    const repeated = await callback(quick.url, about, '/assignment/fallback');
    for (const got of [primary, joined, repeated]) expect(got).toMatchObject({ status: 200, body: '{}' });
    expect(primary.ms).toBeGreaterThan(3_900);
    expect(primary.ms).toBeLessThan(4_800);
    expect(updates(about)).toEqual([]);
    await ended(about);
    await sleep(500);
    expect(updates(about)).toEqual([{ ...CONFERENCE, EndConferenceOnExit: 'true' }]);
    expect(ends(about)).toMatchObject([{ outcome: 'applied', handler: 'slow', takenOver: false }]);
    expect((await callback(quick.url, about)).body).toBe('{}');
  });

  test('kill -9 after {}: another process applies it once; what is not pending any more is left alone', async () => {
    const [pending, accepted, gone] = [late('slow', 1_000), late('slow', 1_000), late('slow', 1_000)];
    const all = [pending, accepted, gone];
    const answers = await Promise.all(all.map((about) => callback(victim.url, about)));
    expect(answers.map(({ body }) => body)).toEqual(['{}', '{}', '{}']);
    victim.kill('SIGKILL');
    const killed = performance.now();
    twilio.statuses.set(accepted.fields.ReservationSid!, 'accepted');
    const notFound = { status: 404, json: { code: 20404, message: 'not found', status: 404 } };
    twilio.replies.set(`GET ${gone.fields.ReservationSid}`, notFound);

    // Duplicates while nobody has it, at either of the others.
    const duplicates = [callback(patient.url, pending), callback(quick.url, pending, '/assignment/fallback')];
    for (const got of await Promise.all(duplicates)) expect(got).toMatchObject({ status: 200, body: '{}' });
    expect(updates(pending)).toEqual([]);

    await until(() => updates(pending).length > 0);
    expect(performance.now() - killed).toBeLessThan(LEASE_MS + 5_000);
    await ended(...all);
    await sleep(500);
    expect(updates(pending)).toEqual([{ ...CONFERENCE, EndConferenceOnExit: 'true' }]);
    expect(ends(pending)).toMatchObject([{ outcome: 'applied', handler: 'slow', takenOver: true }]);
    for (const about of [accepted, gone]) {
      expect(updates(about)).toEqual([]);
      expect(ends(about)).toMatchObject([{ outcome: 'refused', takenOver: true }]);
      expect(await callback(patient.url, about)).toMatchObject({ status: 200, body: '{}' });
    }
  });

  test('kill -9 while the update is on its way: a conference is never sent again, accept is', async () => {
    const [conference, accept] = [late('rest'), late('accept')];
    let killed = 0;
    let sent = 0;
    for (const { fields } of [conference, accept]) {
      const post = `POST ${fields.ReservationSid}`;
      twilio.replies.set(post, () => {
        twilio.replies.delete(post);
        sent += 1;
        if (sent === 2) {
          sender.kill('SIGKILL');
          killed = performance.now();
        }
        return 'stall';
      });
    }
    const answers = await Promise.all([conference, accept].map((about) => callback(sender.url, about)));
    expect(answers.map(({ body }) => body)).toEqual(['{}', '{}']);

    await ended(conference, accept);
    expect(performance.now() - killed).toBeLessThan(LEASE_MS + 5_000);
    await sleep(500);
    expect(updates(conference)).toEqual([CONFERENCE]);
    const told = { outcome: 'unknown', instruction: 'conference', handler: 'rest', takenOver: true };
    expect(ends(conference)).toMatchObject([told]);
    expect(updates(accept)).toEqual([{ ReservationStatus: 'accepted' }, { ReservationStatus: 'accepted' }]);
    expect(ends(accept)).toMatchObject([{ outcome: 'applied', takenOver: true }]);
    expect(await callback(patient.url, conference)).toMatchObject({ status: 200, body: '{}' });
  });

  test('an update that Twilio refuses, for somebody else decided, is told and not sent again', async () => {
    const refusals = [
      { status: 400, json: { code: 20001, message: 'not pending', status: 400 } },
      { status: 404, json: { code: 20404, message: 'not found', status: 404 } },
      { status: 410, json: { code: 20410, message: 'gone', status: 410 } },
    ];
    const labels = 'outcome="refused",handler="run",instruction="accept",taken_over="false"';
    const abouts = refusals.map((reply) => {
      const about = late('run');
      twilio.replies.set(`POST ${about.fields.ReservationSid}`, reply);
      return about;
    });
    await Promise.all(abouts.map((about) => callback(quick.url, about)));
    await ended(...abouts);
    for (const about of abouts) {
      expect(ends(about)).toMatchObject([{ outcome: 'refused', instruction: 'accept', takenOver: false }]);
      expect(updates(about)).toHaveLength(1);
    }
    const url = { adminUrl: quick.url };
    expect(await metric(url, `taskrouter_deferred_answers_total{${labels}}`)).toBe(3);
    expect((await fetch(`${quick.url}/readyz`)).status).toBe(200);
  });

  test("defer(run) and via: 'rest' answer {} at once; a run beyond withinMs ends as its onFailure", async () => {
    const [timely, endless, rest] = [late('run', 100), late('run', 60_000), late('rest')];
    for (const about of [timely, endless, rest]) {
      expect((await callback(quick.url, about)).body).toBe('{}');
    }
    await ended(timely, endless, rest);
    expect(updates(timely)).toEqual([{ ReservationStatus: 'accepted' }]);
    expect(updates(endless)).toEqual([{ ReservationStatus: 'rejected' }]);
    expect(updates(rest)).toEqual([CONFERENCE]);
    expect(ends(endless)).toMatchObject([{ outcome: 'applied', instruction: 'reject' }]);
  });
});
