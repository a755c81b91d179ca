import { request } from 'node:http';
import { createEmulator, type Emulator, type WorkspaceDefinition } from 'taskrouter-kit/emulator';
import { createFakeClock } from 'taskrouter-kit/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Feed } from '../../../src/emulator/feed/feed.js';
import { batchEveryMs, type Sink, Stream } from '../../../src/emulator/feed/stream.js';
import { start } from '../open.js';
import { ask, isA } from './answers.js';

interface Message {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: the schema is checked.
  readonly data: any;
}

/** Reads the stream by HTTP, each message held to its schema. */
function reader(emulator: Pick<Emulator, 'url'>, query = '', headers: Record<string, string> = {}) {
  const messages: Message[] = [];
  let text = '';
  let closed = false;
  const sent = request(`${emulator.url}/_emulator/stream${query}`, { headers }, (response) => {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((one) => [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        if (lines.event === undefined) continue;
        const data = JSON.parse(lines.data!);
        isA(lines.event === 'hello' ? 'Hello' : 'Batch', data);
        messages.push({ id: lines.id!, event: lines.event, data });
      }
    });
    response.on('close', () => (closed = true)).on('error', () => {});
  });
  sent.on('error', () => {});
  sent.end();
  onTestFinished(() => void sent.destroy());
  const until = async (fits: (all: readonly Message[]) => boolean) => {
    for (let tries = 0; tries < 300 && !fits(messages); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(fits(messages), JSON.stringify(messages.map(({ event }) => event))).toBe(true);
  };
  return { messages, until, isClosed: () => closed, end: () => sent.destroy() };
}

const centre = {
  workers: { Ada: { activity: 'Available' } },
  taskQueues: { Q: {} },
  workflows: { W: { defaultQueue: 'Q' } },
};

describe('the stream over HTTP', () => {
  test('says hello, then tells what changed, once, as it is', async () => {
    const emulator = await start();
    const { workspaceSid } = emulator.seed(centre);
    const one = reader(emulator);
    await one.until((all) => all.length === 1);
    expect(one.messages[0]).toMatchObject({ event: 'hello', data: { how: 'new' } });
    const task = emulator.createTask({ attributes: { name: '<b>\n\u2028' } });
    emulator.trouble({ drop: 1 });
    await one.until((all) => all.some(({ data }) => data.tasks?.length === 1));
    const { data } = one.messages.at(-1)!;
    expect(data.tasks[0]).toMatchObject({ sid: task.sid, status: 'reserved', workers: [{ name: 'Ada' }] });
    expect(data.workspaces.map(({ sid }: { sid: string }) => sid)).toEqual([workspaceSid]);
    expect(data.faults).toEqual({ drop: 1 });
    // Nothing changes, nothing is told.
    const told = one.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(one.messages).toHaveLength(told);
  });

  test('with rows: one worker changes, and one row is told; what was removed is told too', async () => {
    const emulator = await start();
    const { workspaceSid } = emulator.seed({
      ...centre,
      workers: { Ada: { activity: 'Available' }, Bob: {} },
      taskQueues: { Q: {}, R: { targetWorkers: 'level > 1' } },
    });
    const view = emulator.workspaces.get(workspaceSid)!;
    const [ada, bob] = [...view.workers.keys()];
    const one = reader(emulator, '?rows=true');
    await one.until((all) => all.length === 1);
    const { body } = await ask(emulator, 'GET', '/rows');
    const sids = (rows: readonly { sid: string }[]) => rows.map(({ sid }) => sid);
    expect(sids(body.rows[0].workers)).toEqual([ada, bob]);
    await ask(emulator, 'POST', `/workers/${ada}`, { attributes: { level: 1 } });
    await one.until((all) => all.length === 2);
    const { rows, workspaces } = one.messages[1]!.data;
    expect(workspaces).toEqual([]);
    expect(rows).toMatchObject([{ sid: workspaceSid, queues: [], workflows: [], present: null }]);
    expect(sids(rows[0].workers)).toEqual([ada]);
    expect(rows[0].workers[0].attributes).toBe('{"level":1}');
    // Ada joins R: the queue has another count, and its row is told with hers.
    await ask(emulator, 'POST', `/workers/${ada}`, { attributes: { level: 2 } });
    await one.until((all) => all.length === 3);
    expect(one.messages[2]!.data.rows[0].queues).toMatchObject([{ name: 'R', workers: 1 }]);
    expect((await ask(emulator, 'GET', `/workers/${ada}`)).body.queues).toHaveLength(2);
    const authorization = `Basic ${btoa(`${emulator.accountSid}:${emulator.authToken}`)}`;
    await fetch(`${emulator.url}/v1/Workspaces/${workspaceSid}/Workers/${bob}`, {
      method: 'DELETE',
      headers: { authorization },
    });
    await one.until((all) => all.length === 4);
    const [last] = one.messages[3]!.data.rows;
    expect([last.workers, last.present.includes(bob), last.present.includes(ada)]).toEqual([[], false, true]);
  });

  test('a reader that comes back gets what it missed; after a restart it is told what is lost', async () => {
    const emulator = await start();
    emulator.seed(centre);
    const first = reader(emulator);
    await first.until((all) => all.length === 1);
    first.end();
    const task = emulator.createTask();
    const second = reader(emulator, '', { 'last-event-id': first.messages[0]!.id });
    await second.until((all) => all.length >= 2);
    expect(second.messages[0]!.data.how).toBe('resumed');
    expect(second.messages[1]!.data.tasks[0].sid).toBe(task.sid);
    const other = await start();
    const third = reader(other, `?since=${second.messages.at(-1)!.id}`);
    await third.until((all) => all.length === 1);
    expect(third.messages[0]!.data.how).toBe('restarted');
  });

  test('more than a batch holds is not sent: the reader is behind and reads the lists', async () => {
    const emulator = await start();
    emulator.seed(centre);
    const first = reader(emulator);
    await first.until((all) => all.length === 1);
    first.end();
    for (let number = 0; number < 600; number += 1) emulator.createTask();
    const second = reader(emulator, '', { 'last-event-id': first.messages[0]!.id });
    await second.until((all) => all.length === 1);
    expect(second.messages[0]!.data.how).toBe('behind');
  });

  test('a state that is brought back ends the streams, and readers begin anew', async () => {
    const emulator = await start();
    emulator.seed(centre);
    const before = await emulator.snapshot();
    const one = reader(emulator);
    await one.until((all) => all.length === 1);
    await emulator.restore(before);
    for (let tries = 0; tries < 100 && !one.isClosed(); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(one.isClosed()).toBe(true);
    const again = reader(emulator, '', { 'last-event-id': one.messages[0]!.id });
    await again.until((all) => all.length === 1);
    expect(again.messages[0]!.data.how).toBe('restarted');
  });

  test('50 readers hear the same, a hung one holds up nobody, and closing ends all', async () => {
    const emulator = await createEmulator({ clock: 'virtual' });
    emulator.seed(centre);
    const hung = request(`${emulator.url}/_emulator/stream`, (response) => response.pause());
    hung.on('error', () => {}).end();
    const readers = Array.from({ length: 50 }, () => reader(emulator));
    for (const one of readers) await one.until((all) => all.length === 1);
    const long = 'x'.repeat(3_000);
    for (let round = 0; round < 10; round += 1) {
      for (let number = 0; number < 20; number += 1) emulator.createTask({ attributes: { long } });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const one of readers) {
      await one.until(
        (all) =>
          new Set(all.flatMap(({ data }) => data.tasks?.map((t: { sid: string }) => t.sid) ?? [])).size ===
          200,
      );
    }
    await emulator.close();
    for (const one of readers) {
      for (let tries = 0; tries < 100 && !one.isClosed(); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(one.isClosed()).toBe(true);
    }
  });

  test('refuses the hundred-and-first reader, and a page of another origin', async () => {
    const emulator = await start();
    const readers = Array.from({ length: 100 }, () => reader(emulator));
    for (const one of readers) await one.until((all) => all.length === 1);
    const answer = await fetch(`${emulator.url}/_emulator/stream`);
    const refused = (await answer.json()) as { code: string };
    expect([answer.status, refused.code]).toEqual([503, 'too-many-readers']);
    const foreign = await fetch(`${emulator.url}/_emulator/stream`, {
      headers: { origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });
});

describe('batches on a clock', () => {
  async function told(takes: () => boolean = () => true, definition: WorkspaceDefinition = centre) {
    const emulator = await start();
    const { workspaceSid } = emulator.seed(definition);
    const clock = createFakeClock();
    const world = {
      accountSid: emulator.accountSid,
      now: () => emulator.now(),
      workspaces: emulator.workspaces,
      explain: (_sid: string, taskSid: string) => emulator.explain(taskSid),
      faults: { list: () => ({}) },
      events: { snapshot: () => [] },
    };
    const feed = new Feed({ world: world as never, clock: 'virtual', restarted: false });
    emulator.watch((news) => feed.hear(news));
    const stream = new Stream(
      feed,
      clock,
      () => emulator.now(),
      () => ({}),
    );
    const texts: string[] = [];
    let ended = false;
    const sink: Sink = {
      write(text) {
        texts.push(text);
        return takes();
      },
      end() {
        ended = true;
      },
    };
    const { drained } = stream.add(sink);
    const batches = () => texts.filter((text) => text.includes('event: batch'));
    return { emulator, clock, batches, texts, drained, isEnded: () => ended, workspaceSid, stream };
  }

  test('come at most ten times a second, whatever happens', async () => {
    const { emulator, clock, batches } = await told();
    for (let ms = 0; ms < 1_000; ms += 5) {
      emulator.createTask();
      await clock.advance(5);
    }
    await clock.advance(batchEveryMs);
    expect(batches().length).toBeGreaterThan(5);
    expect(batches().length).toBeLessThanOrEqual(11);
    const sids = batches().flatMap((text) =>
      JSON.parse(text.split('data: ')[1]!).tasks.map(({ sid }: { sid: string }) => sid),
    );
    expect(new Set(sids).size).toBe(200);
  });

  test('a slow reader gets no more until it takes again, then the states of that moment', async () => {
    let takes = false;
    const { emulator, clock, batches, texts, drained } = await told(() => takes);
    expect(texts).toHaveLength(1);
    for (let number = 0; number < 50; number += 1) {
      emulator.createTask();
      await clock.advance(200);
    }
    expect(batches()).toHaveLength(0);
    takes = true;
    drained();
    await clock.advance(batchEveryMs);
    expect(batches()).toHaveLength(1);
    expect(JSON.parse(batches()[0]!.split('data: ')[1]!).tasks).toHaveLength(50);
  });

  test('whoever comes back while the rows of a large workspace are held gets them', async () => {
    const workers = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`W${index}`, { activity: 'Available' }]),
    );
    const { emulator, clock, stream } = await told(() => true, { ...centre, workers });
    const read = (lastEventId = '') => {
      const texts: string[] = [];
      const write = (text: string) => texts.push(text) > 0;
      const { gone } = stream.add({ write, end: () => {} }, { lastEventId, rows: true });
      return { texts, gone, last: () => JSON.parse(texts.at(-1)!.split('data: ')[1]!) };
    };
    const one = read();
    emulator.createTask();
    await clock.advance(batchEveryMs);
    expect(one.last().rows).toHaveLength(1);
    emulator.createTask();
    await clock.advance(batchEveryMs);
    expect([one.last().tasks.length, one.last().rows]).toEqual([1, []]);
    one.gone();
    const again = read(/id: (\S+)/.exec(one.texts.at(-1)!)![1]!);
    await clock.advance(3 * batchEveryMs);
    expect(again.last().rows).toMatchObject([
      { workers: [{ reservations: [{}] }], queues: [{ counts: { reserved: 2 } }] },
    ]);
  });

  test('a hung reader is hung up on', async () => {
    const { clock, isEnded, stream } = await told(() => false);
    await clock.advance(60_000);
    expect(isEnded()).toBe(true);
    expect(stream.readers).toBe(0);
  });
});
