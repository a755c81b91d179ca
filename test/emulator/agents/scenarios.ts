/**
 * What an agent's desktop does with Twilio's Worker SDK, in Node and in a browser alike. Each scenario returns what it saw
 * as plain data, for the test to judge. Nothing here imports anything: the browser gets it as it is.
 */

/** The SDK, without its types: those do not list the two address options. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK's own types lack much of what is asked here.
export type Sdk = any;
type Json = Record<string, unknown>;

/** What a scenario has of the centre. Every function takes and returns plain data, so that a page can call it. */
export interface Office {
  readonly http: string;
  readonly ws: string;
  token(worker: string | null, options?: Json): Promise<string>;
  task(fields?: Json): Promise<string>;
  /** Moves the virtual clock. */
  advance(duration: string): Promise<void>;
  cancelTask(sid: string): Promise<void>;
  /** Cuts every connection through the proxy at `proxied`. */
  cut(): Promise<void>;
  readonly proxied: string;
  sids(): Promise<Record<string, string>>;
  activityOf(worker: string): Promise<string>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for an event of anything in the SDK. */
function once(emitter: Sdk, event: string): Promise<Sdk> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${event} did not come`)), 15_000);
    emitter.once(event, (value: unknown) => {
      clearTimeout(late);
      resolve(value);
    });
  });
}

const messageOf = (run: () => Promise<unknown>): Promise<string> =>
  run().then(
    () => 'no error',
    (error: Error) => error.message,
  );

async function connect(
  sdk: Sdk,
  office: Office,
  name: string,
  options: Json = {},
  token: Json = {},
  kind = 'Worker',
) {
  const { through, ...others } = options;
  const ws = through === undefined ? office.ws : `${String(through)}/v1/wschannels`;
  const worker = new sdk[kind](await office.token(name, token), {
    ebServer: office.http,
    wsServer: ws,
    logLevel: 'silent',
    ...others,
  });
  worker.on('error', () => {});
  await once(worker, 'ready');
  return worker;
}

const activity = (worker: Sdk, name: string): Sdk =>
  [...worker.activities.values()].find((one: Sdk) => one.name === name);

const open: Sdk[] = [];
/** Ends the connections of a scenario. */
export function hangUpAll(): void {
  for (const worker of open.splice(0)) worker.disconnect();
}
async function agent(...args: Parameters<typeof connect>): Promise<Sdk> {
  const worker = await connect(...args);
  open.push(worker);
  return worker;
}

/** Ann has accepted a task. */
async function accepted(sdk: Sdk, office: Office, fields: Json = {}) {
  const ann = await agent(sdk, office, 'Ann');
  const created = once(ann, 'reservationCreated');
  const taskSid = await office.task(fields);
  const reservation = await created;
  const done = once(reservation, 'accepted');
  await reservation.accept();
  await done;
  return { ann, reservation, taskSid };
}

export const scenarios = {
  async ready(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann');
    return {
      name: ann.name,
      version: ann.version,
      attributes: ann.attributes,
      activity: ann.activity.name,
      available: ann.activity.available,
      activities: [...ann.activities.values()].map((one: Sdk) => one.name),
      channels: [...ann.channels.values()].map((one: Sdk) => [
        one.taskChannelUniqueName,
        one.capacity,
        one.available,
      ]),
      reservations: ann.reservations.size,
    };
  },

  async 'going available'(sdk: Sdk, office: Office) {
    const bob = await agent(sdk, office, 'Bob');
    const updated = once(bob, 'activityUpdated');
    await activity(bob, 'Available').setAsCurrent();
    const event = (await updated).activity.name;
    const created = once(bob, 'reservationCreated');
    const ann = await agent(sdk, office, 'Ann', { connectActivitySid: activity(bob, 'Offline').sid });
    await once(ann, 'activityUpdated');
    await office.task();
    await created;
    // On the way to an unavailable activity.
    const rejected = once([...bob.reservations.values()][0], 'rejected');
    await activity(bob, 'Unavailable').setAsCurrent({ rejectPendingReservations: true });
    await rejected;
    return {
      event,
      before: await office.activityOf('Ann'),
      after: bob.activity.name,
      current: activity(bob, 'Unavailable').isCurrent,
      open: bob.reservations.size,
    };
  },

  /** Whatever raises the worker's version, the client knows it: it counts some changes by itself. */
  async 'attributes with enableVersionCheck'(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann', { enableVersionCheck: true });
    const seen: string[] = [];
    const set = async (step: string, attributes: Json) => {
      await ann.setAttributes(attributes);
      seen.push(`${step}: ${ann.version}`);
    };
    await set('first', { a: 1 });
    const created = once(ann, 'reservationCreated');
    await office.task();
    const reservation = await created;
    await set('reserved', { a: 2 });
    const done = once(reservation, 'accepted');
    await reservation.accept();
    await done;
    await set('accepted', { a: 3 });
    await reservation.task.setAttributes({ b: 1 });
    const completed = once(reservation, 'completed');
    await reservation.complete();
    await completed;
    await set('completed', { a: 4 });
    ann.version = '0';
    const stale = await messageOf(() => ann.setAttributes({ a: 5 }));
    await ann.fetchLatestVersion();
    await set('read again', { a: 6 });
    return { seen, stale, attributes: ann.attributes };
  },

  async 'a reservation to its end'(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann');
    const heard: string[] = [];
    const created = once(ann, 'reservationCreated');
    await office.task({ attributes: { type: 'chat' }, priority: 3 });
    const reservation = await created;
    const { task } = reservation;
    for (const event of ['accepted', 'wrapup', 'completed'])
      reservation.on(event, () => heard.push(`reservation ${event}`));
    for (const event of ['updated', 'wrapup', 'completed']) task.on(event, () => heard.push(`task ${event}`));
    const before = {
      status: reservation.status,
      timeout: reservation.timeout,
      task: task.status,
      queue: task.queueName,
    };
    await reservation.accept();
    await task.setAttributes({ type: 'chat', n: 2 });
    await task.setVirtualStartTime(new Date(2020, 1, 1));
    await task.wrapUp({ reason: 'said all' });
    const completed = once(task, 'completed');
    await task.complete('done');
    await completed;
    await pause(50);
    const { attributes, priority, reason, status } = task;
    return { before, heard, task: { attributes, priority, reason, status }, open: ann.reservations.size };
  },

  async 'a reservation wrapped and completed by itself'(sdk: Sdk, office: Office) {
    const { reservation } = await accepted(sdk, office);
    const wrapup = once(reservation, 'wrapup');
    await reservation.wrap();
    await wrapup;
    const completed = once(reservation, 'completed');
    await reservation.complete();
    await completed;
    return { status: reservation.status, reason: reservation.task.reason };
  },

  async 'rejected, timed out, canceled, rescinded'(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann');
    const bob = await agent(sdk, office, 'Bob');
    const heard: string[] = [];
    const offer = async () => {
      const created = once(ann, 'reservationCreated');
      const sid = await office.task();
      return { reservation: await created, sid };
    };
    const first = await offer();
    const rejected = once(first.reservation, 'rejected');
    await first.reservation.reject({ activitySid: activity(ann, 'Unavailable').sid });
    await rejected;
    heard.push(`rejected: ${await office.activityOf('Ann')}`);
    await office.cancelTask(first.sid);
    await activity(ann, 'Available').setAsCurrent();

    const second = await offer();
    const timeout = once(second.reservation, 'timeout');
    await office.advance('2m');
    await timeout;
    heard.push(`timeout: ${await office.activityOf('Ann')}`);
    await office.cancelTask(second.sid);
    await activity(ann, 'Available').setAsCurrent();

    const third = await offer();
    const canceled = once(third.reservation, 'canceled');
    const taskCanceled = once(third.reservation.task, 'canceled');
    await office.cancelTask(third.sid);
    await Promise.all([canceled, taskCanceled]);
    heard.push(`canceled: ${third.reservation.task.status}, ${third.reservation.task.reason}`);

    await activity(bob, 'Available').setAsCurrent();
    const both = [once(ann, 'reservationCreated'), once(bob, 'reservationCreated')];
    const { Both: routingTarget } = await office.sids();
    await office.task({ routingTarget });
    const [anns, bobs] = await Promise.all(both);
    const rescinded = once(bobs, 'rescinded');
    await anns.accept();
    await rescinded;
    heard.push(`rescinded: ${bobs.status}`, await messageOf(() => bobs.accept()));
    return heard;
  },

  async instructions(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann');
    const heard: string[] = [];
    const offer = async (attributes: Json) => {
      const created = once(ann, 'reservationCreated');
      const sid = await office.task({ attributes });
      return { reservation: await created, sid };
    };
    const call = { call_sid: `CA${'0'.repeat(32)}`, from: '+15550001111', to: '+15550002222' };
    const finish = async (reservation: Sdk) => {
      const completed = once(reservation, 'completed');
      await reservation.complete();
      await completed;
    };
    const conference = await offer(call);
    let done = once(conference.reservation, 'accepted');
    await conference.reservation.conference({
      beep: false,
      endConferenceOnExit: true,
      conferenceStatusCallbackEvent: 'start end',
    });
    await done;
    heard.push(`conference: ${Object.keys(conference.reservation.task.attributes.conference.participants)}`);
    await conference.reservation.updateParticipant({ mute: true });
    await conference.reservation.task.updateParticipant({ hold: true });
    await conference.reservation.task.updateParticipant({ hold: false });
    await conference.reservation.task.hold(ann.sid, true);
    heard.push(await messageOf(() => conference.reservation.task.kick(`WK${'0'.repeat(32)}`)));
    await finish(conference.reservation);

    const dequeue = await offer(call);
    done = once(dequeue.reservation, 'accepted');
    await dequeue.reservation.dequeue({ to: 'client:ann', statusCallbackEvents: 'initiated,completed' });
    await done;
    heard.push(`dequeue: ${typeof dequeue.reservation.task.attributes.worker_call_sid}`);
    await finish(dequeue.reservation);

    const dialled = await offer({});
    done = once(dialled.reservation, 'accepted');
    await dialled.reservation.call('+15550003333', 'http://127.0.0.1:9/twiml', { accept: true });
    await done;
    await finish(dialled.reservation);
    const redirected = await offer(call);
    done = once(redirected.reservation, 'accepted');
    await redirected.reservation.redirect(call.call_sid, 'http://127.0.0.1:9/twiml', { accept: true });
    await done;
    await finish(redirected.reservation);
    heard.push('call and redirect accepted');

    const { reservation } = await offer({});
    heard.push(await messageOf(() => reservation.dequeue()));
    return heard;
  },

  async createTask(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann');
    const { Default, Everyone } = await office.sids();
    const created = once(ann, 'reservationCreated');
    const sid = await ann.createTask('+15550001111', '+15550002222', Default, Everyone, {
      attributes: { campaign: 7 },
      taskChannelUniqueName: 'voice',
    });
    const { task } = await created;
    return {
      same: task.sid === sid,
      attributes: task.attributes,
      channel: task.taskChannelUniqueName,
      toMe: task.routingTarget === ann.sid,
      refused: await messageOf(() => ann.createTask('a', 'b', `WW${'0'.repeat(32)}`, Everyone)),
    };
  },

  async supervisor(sdk: Sdk, office: Office) {
    const call = { call_sid: `CA${'0'.repeat(32)}`, from: '+15550001111' };
    const { ann, reservation, taskSid } = await accepted(sdk, office, { attributes: call });
    const sue = await agent(sdk, office, 'Sue', {}, { role: 'supervisor' }, 'Supervisor');
    await sue.monitor(taskSid, reservation.sid);
    const attributes = once(ann, 'attributesUpdated');
    await sue.setWorkerAttributes(ann.sid, { praised: true });
    await attributes;
    const updated = once(ann, 'activityUpdated');
    const answer = await sue.setWorkerActivity(ann.sid, activity(ann, 'Unavailable').sid);
    await updated;
    return {
      attributes: ann.attributes,
      activity: ann.activity.name,
      answer: answer.activity_name,
      missing: await messageOf(() => sue.setWorkerActivity('WK0', answer.activity_sid)),
      asWorker: await messageOf(async () => {
        const plain = new sdk.Supervisor(await office.token('Bob'), {
          ebServer: office.http,
          wsServer: office.ws,
        });
        plain.on('error', () => {});
        open.push(plain);
        await once(plain, 'ready');
        await plain.setWorkerActivity(ann.sid, answer.activity_sid);
      }),
    };
  },

  async 'workspace readers'(sdk: Sdk, office: Office) {
    const addresses = { ebServer: office.http, wsServer: office.ws };
    const workspace = new sdk.Workspace(await office.token(null, { role: 'admin' }), {
      ...addresses,
      pageSize: 2,
    });
    const taskSid = await office.task({ attributes: { n: 1 } });
    const { Ann, Everyone } = await office.sids();
    const names = (map: Map<string, Sdk>) => [...map.values()].map((one) => one.friendlyName ?? one.name);
    return {
      workers: names(await workspace.fetchWorkersInfo()),
      ordered: names(await workspace.fetchWorkersInfo({ Ordering: 'DateStatusChanged:asc' })).length,
      matching: names(
        await workspace.fetchWorkersInfo({ TargetWorkersExpression: "friendly_name == 'Bob'" }),
      ),
      one: (await workspace.fetchWorkerInfo(Ann)).friendlyName,
      queues: [...(await workspace.fetchTaskQueues()).values()].map((one: Sdk) => one.queueName ?? one.name),
      queue: (await workspace.fetchTaskQueue(Everyone)).queueSid === Everyone,
      task: (await workspace.fetchTask(taskSid)).attributes,
      none: await messageOf(() => workspace.fetchTask(`WT${'0'.repeat(32)}`)),
      mark: await messageOf(() => workspace.fetchTaskQueues({ AfterSid: `WK${'0'.repeat(32)}` })),
    };
  },

  async 'a token that expires, and updateToken'(sdk: Sdk, office: Office) {
    const heard: string[] = [];
    // The client speaks of expiry five seconds before it, and goes by the old lifetime until it is back.
    const ann = await agent(sdk, office, 'Ann', { through: office.proxied }, { ttl: 8 });
    await once(ann, 'tokenExpired');
    heard.push('tokenExpired');
    ann.on('disconnected', () => heard.push('disconnected'));
    ann.on('ready', () => heard.push('ready'));
    const created = once(ann, 'reservationCreated');
    await office.task();
    await created;
    heard.push('still hears');
    ann.updateToken(await office.token('Ann'));
    const ready = once(ann, 'ready');
    await office.cut();
    await ready;
    return heard;
  },

  async 'a dropped socket that comes back'(sdk: Sdk, office: Office) {
    const ann = await agent(sdk, office, 'Ann', { through: office.proxied });
    const disconnected = once(ann, 'disconnected');
    const ready = once(ann, 'ready');
    await office.cut();
    const reason = await disconnected;
    // What happens meanwhile is read when it is back.
    await office.task({ attributes: { while: 'away' } });
    await ready;
    const [reservation] = [...ann.reservations.values()] as Sdk[];
    const done = once(reservation, 'accepted');
    await reservation.accept();
    await done;
    return { reason: reason.message, attributes: reservation.task.attributes, status: reservation.status };
  },

  async 'closeExistingSessions and setWorkerOfflineIfDisconnected'(sdk: Sdk, office: Office) {
    const first = await agent(sdk, office, 'Ann');
    const closed = once(first, 'disconnected');
    const second = await agent(sdk, office, 'Ann', {
      closeExistingSessions: true,
      setWorkerOfflineIfDisconnected: true,
    });
    const reason = (await closed).message;
    first.disconnect();
    const before = await office.activityOf('Ann');
    second.disconnect();
    await pause(1_200);
    return { reason, before, after: await office.activityOf('Ann') };
  },

  async 'a warm transfer'(sdk: Sdk, office: Office) {
    const call = { call_sid: `CA${'0'.repeat(32)}`, from: '+15550001111', to: '+15550002222' };
    const ann = await agent(sdk, office, 'Ann');
    const bob = await agent(sdk, office, 'Bob');
    await activity(bob, 'Unavailable').setAsCurrent();
    const offered = once(ann, 'reservationCreated');
    await office.task({ attributes: call });
    const mine = await offered;
    const done = once(mine, 'accepted');
    await mine.conference();
    await done;
    const unavailable = await messageOf(() => mine.task.transfer(bob.sid));
    await activity(bob, 'Available').setAsCurrent();

    // Rejected: failed, and assigned again.
    let initiated = once(mine.task, 'transferInitiated');
    let theirs = once(bob, 'reservationCreated');
    await mine.task.transfer(bob.sid, { mode: 'WARM' });
    let outgoing = await initiated;
    const reservation = await theirs;
    const offer = [
      reservation.task.status,
      reservation.transfer.mode,
      reservation.transfer.type,
      reservation.transfer.status,
    ];
    const failed = once(outgoing, 'failed');
    const rejected = once(reservation, 'rejected');
    const assigned = once(mine.task, 'updated');
    await reservation.reject();
    await Promise.all([failed, rejected, assigned]);
    const rejection = [
      outgoing.status,
      outgoing.transferFailedReason,
      reservation.transfer.status,
      mine.task.status,
    ];

    // Canceled, twice.
    initiated = once(mine.task, 'transferInitiated');
    theirs = once(bob, 'reservationCreated');
    await mine.task.transfer(bob.sid);
    outgoing = await initiated;
    const taken = await theirs;
    const gone = once(taken, 'canceled');
    const canceled = once(outgoing, 'canceled');
    await outgoing.cancel();
    await Promise.all([gone, canceled]);
    const twice = (await messageOf(() => outgoing.cancel())).replace(/TT\w{32}/, 'TT…');
    const cancellation = [
      outgoing.status,
      taken.status,
      taken.task.transfers.incoming.status,
      taken.task.status,
    ];

    // Accepted: both have it, and the customer is on hold until somebody says otherwise.
    initiated = once(mine.task, 'transferInitiated');
    theirs = once(bob, 'reservationCreated');
    await mine.task.transfer(bob.sid);
    outgoing = await initiated;
    const last = await theirs;
    const completed = once(outgoing, 'completed');
    const joined = once(last, 'accepted');
    await last.conference({ endConferenceOnExit: true });
    await Promise.all([completed, joined]);
    await last.task.updateParticipant({ hold: false });
    const wrapup = once(mine, 'wrapup');
    await mine.wrap();
    await wrapup;
    const acceptance = [outgoing.status, last.task.status, mine.status, mine.task.status];
    const ended = once(mine, 'completed');
    await mine.complete();
    await ended;
    const over = once(last, 'completed');
    await last.wrap();
    await last.complete();
    await over;
    return { unavailable, offer, rejection, cancellation, twice, acceptance, end: last.task.status };
  },

  async 'a cold transfer, to a worker and to a queue'(sdk: Sdk, office: Office) {
    const { reservation: mine } = await accepted(sdk, office);
    const bob = await agent(sdk, office, 'Bob');
    await activity(bob, 'Available').setAsCurrent();
    let theirs = once(bob, 'reservationCreated');
    let wrapup = once(mine, 'wrapup');
    await mine.task.transfer(bob.sid, { mode: 'COLD', attributes: { note: 'hard' }, priority: 9 });
    await wrapup;
    const offer = await theirs;
    const toWorker = [
      mine.status,
      mine.task.status,
      offer.transfer.mode,
      offer.task.attributes.note,
      offer.task.priority,
    ];
    const completed = once(mine, 'completed');
    await mine.complete();
    await completed;
    let done = once(offer, 'accepted');
    await offer.accept();
    await done;

    // Bob hands it on to the queue, where Ann is.
    const ann = open[0];
    theirs = once(ann, 'reservationCreated');
    const { Everyone } = await office.sids();
    const initiated = once(offer.task, 'transferInitiated');
    await offer.task.transfer(Everyone);
    const outgoing = await initiated;
    const back = await theirs;
    const attemptFailed = once(outgoing, 'attemptFailed');
    const pending = once(offer.task, 'updated');
    await back.reject({ activitySid: activity(ann, 'Unavailable').sid });
    await Promise.all([attemptFailed, pending]);
    const toQueue = [outgoing.status, outgoing.type, outgoing.transferFailedReason, offer.task.status];
    theirs = once(ann, 'reservationCreated');
    await activity(ann, 'Available').setAsCurrent();
    const again = await theirs;
    const finished = once(outgoing, 'completed');
    done = once(again, 'accepted');
    await again.accept();
    await Promise.all([finished, done]);
    wrapup = undefined as never;
    return { toWorker, toQueue, end: [outgoing.status, again.task.status, again.transfer.status] };
  },
};

export type ScenarioName = keyof typeof scenarios;
