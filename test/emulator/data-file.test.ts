import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from 'taskrouter-kit/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { start } from './open.js';

type Answer = Readonly<Record<string, unknown>>;

const centre = {
  workers: { Ann: { activity: 'Available' }, Bob: { activity: 'Available' } },
  taskQueues: { All: {} },
  workflows: { Escalation: { defaultQueue: 'All', taskReservationTimeout: 30 } },
} as const;

describe('a data file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  /** A file of one's own: an emulator writes a last time when it closes. */
  function newFile() {
    files += 1;
    const name = `state-${files}`;
    return {
      dataFile: join(folder, name),
      beside: () => readdirSync(folder).filter((file) => file.startsWith(name)),
    };
  }

  test('keeps workspaces, tasks, timers, events and ringing phones over a restart', async () => {
    const { dataFile, beside } = newFile();
    const phones = { does: 'answer', afterMs: 10_000 } as const;
    const first = await start({
      dataFile,
      phones,
      fetch: async () => Response.json({ instruction: 'dequeue', from: '+1', to: 'client:x' }),
    });
    const { workspaceSid } = first.seed({
      ...centre,
      workflows: { W: { defaultQueue: 'All', assignmentCallbackUrl: 'http://127.0.0.1:1/' } },
      workers: { Ann: { activity: 'Available' } },
    });
    const ringing = first.createTask({ attributes: { call_sid: 'CA1' } });
    const waiting = first.createTask({ timeout: 60 });
    await first.quiet();
    await first.advance('5s');
    const then = first.now();
    await first.close();
    expect(beside()).toHaveLength(1);
    expect(readFileSync(dataFile, 'utf8')).not.toContain(first.authToken);

    const second = await start({
      dataFile,
      phones,
      accountSid: first.accountSid,
      authToken: first.authToken,
    });
    expect(second.now()).toBeGreaterThanOrEqual(then);
    const view = second.workspaces.get(workspaceSid)!;
    expect(view.tasks.get(ringing.sid)!.assignmentStatus).toBe('reserved');
    await second.advance('5s');
    expect(view.tasks.get(ringing.sid)!.assignmentStatus).toBe('assigned');
    await second.advance('50s');
    expect(view.tasks.get(waiting.sid)!.assignmentStatus).toBe('canceled');
    const authorization = `Basic ${Buffer.from(`${second.accountSid}:${second.authToken}`).toString('base64')}`;
    const answer = await fetch(`${second.url}/v1/Workspaces/${workspaceSid}/Events?EventType=task.created`, {
      headers: { authorization },
    });
    const { events }: Answer = JSON.parse(await answer.text());
    expect(events).toHaveLength(2);
  });

  test('is written while the emulator runs, not only at its end', async () => {
    const { dataFile } = newFile();
    const emulator = await start({ dataFile });
    emulator.seed(centre);
    await expect.poll(() => existsSync(dataFile), { timeout: 5_000 }).toBe(true);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['changed by one letter', (text: string) => text.replace('Escalation', 'Escalatiom')],
    ['not one of an emulator', () => '{"hello":1}\n{}'],
    ['empty', () => ''],
  ])('that is %s is refused and left untouched', async (_what, damage) => {
    const { dataFile, beside } = newFile();
    const emulator = await createEmulator({ dataFile });
    emulator.seed(centre);
    await emulator.close();
    writeFileSync(dataFile, damage(readFileSync(dataFile, 'utf8')));
    const before = readFileSync(dataFile, 'utf8');
    await expect(createEmulator({ dataFile })).rejects.toThrow('It was left as it is');
    expect(readFileSync(dataFile, 'utf8')).toBe(before);
    expect(beside()).toHaveLength(1);
  });

  /** Changes the state and makes the digest fit, as somebody with an editor and patience would. */
  async function forged(change: (state: Record<string, unknown>) => void): Promise<string> {
    const { dataFile } = newFile();
    const emulator = await createEmulator({ dataFile });
    emulator.seed(centre);
    emulator.createTask();
    await emulator.close();
    const state = JSON.parse(readFileSync(dataFile, 'utf8').split('\n')[1]!);
    change(state);
    const body = JSON.stringify(state);
    const sha256 = createHash('sha256').update(body).digest('hex');
    writeFileSync(
      dataFile,
      `${JSON.stringify({ format: 'taskrouter-kit emulator', version: 1, sha256 })}\n${body}\n`,
    );
    return dataFile;
  }

  test.each<[string, (state: Record<string, unknown>) => void]>([
    ['no events', (state) => void delete state.events],
    ['an event at no time', (state) => Object.assign((state.events as object[])[0]!, { at: 'noon' })],
    [
      'an event with a number in its data',
      (state) => Object.assign((state.events as object[])[0]!, { data: { a: 1 } }),
    ],
    [
      'a phone that does what no phone does',
      (state) =>
        Object.assign(state, { calls: { legs: [{ sid: 'CA1', status: 'burns' }], conferences: [] } }),
    ],
    ['a time that is none', (state) => Object.assign(state, { savedAt: 1e300 })],
    ['an engine of another version', (state) => Object.assign(state.engine as object, { version: 2 })],
    ['an engine of a later version', (state) => Object.assign(state.engine as object, { version: 99 })],
    ['no workspaces', (state) => Object.assign(state.engine as object, { workspaces: null })],
    ['a null for all', (state) => Object.assign(state, { engine: null })],
  ])('with %s is refused and left untouched, though its digest fits', async (_what, change) => {
    const dataFile = await forged(change);
    const before = readFileSync(dataFile);
    await expect(createEmulator({ dataFile })).rejects.toThrow(
      'its state cannot be restored. It was left as it is',
    );
    expect(readFileSync(dataFile).equals(before)).toBe(true);
  });

  test('of an older release says so', async () => {
    const dataFile = await forged((state) => Object.assign(state.engine as object, { version: 1 }));
    await expect(createEmulator({ dataFile })).rejects.toThrow(
      'it was written by another release of taskrouter-kit, so its state cannot be restored.',
    );
  });

  test('whose digest fits is taken', async () => {
    expect((await start({ dataFile: await forged(() => {}) })).workspaces.size).toBe(1);
  });

  test('belongs to one emulator at a time, by whatever name', async () => {
    const { dataFile, beside } = newFile();
    const first = await start({ dataFile });
    first.seed(centre);
    await expect(createEmulator({ dataFile })).rejects.toMatchObject({
      code: 'data-file-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    expect(beside()).toHaveLength(1);
    const link = newFile().dataFile;
    symlinkSync(dataFile, link);
    const second = await start({ dataFile: link });
    await expect(createEmulator({ dataFile })).rejects.toMatchObject({ code: 'data-file-in-use' });
    second.seed(centre);
    await second.close();
    expect(statSync(dataFile).size).toBeGreaterThan(1_000);
    expect((await start({ dataFile })).workspaces.size).toBe(2);
  });

  test.each([
    ['a process that is gone', '4194303'],
    ['an earlier process of the same number', String(process.pid)],
    ['nobody', ''],
  ])('that %s has locked is free', async (_who, pid) => {
    const { dataFile } = newFile();
    writeFileSync(`${dataFile}.lock`, pid);
    await start({ dataFile });
  });

  test('that a living process has locked is not', async () => {
    const { dataFile } = newFile();
    writeFileSync(`${dataFile}.lock`, String(process.ppid));
    await expect(createEmulator({ dataFile })).rejects.toThrow(`process ${process.ppid}`);
  });

  test('is free again when the emulator could not start', async () => {
    const { dataFile } = newFile();
    const { port } = new URL((await start()).url);
    await expect(createEmulator({ dataFile, port: Number(port) })).rejects.toThrow('EADDRINUSE');
    await start({ dataFile });
  });

  test('in a folder that is not there, or that is a folder, is refused at the start', async () => {
    await expect(createEmulator({ dataFile: join(folder, 'none', 'state') })).rejects.toThrow(
      'cannot be written (ENOENT): name one in a folder that exists',
    );
    const { dataFile } = newFile();
    mkdirSync(dataFile);
    await expect(createEmulator({ dataFile })).rejects.toThrow('cannot be read (EISDIR)');
    await expect(createEmulator({ dataFile: '' })).rejects.toThrow('empty');
  });

  test('keeps its last state when it can no longer be written, and the caller of close() hears of it', async () => {
    const { dataFile, beside } = newFile();
    const first = await createEmulator({ dataFile });
    first.seed(centre);
    await first.close();
    const before = readFileSync(dataFile);
    const second = await createEmulator({ dataFile });
    second.seed(centre);
    mkdirSync(`${dataFile}.new`);
    await expect(second.close()).rejects.toThrow('EISDIR');
    expect(readFileSync(dataFile).equals(before)).toBe(true);
    rmSync(`${dataFile}.new`, { recursive: true });
    expect(beside()).toHaveLength(1);
  });

  test('has changes that are no event, too', async () => {
    const { dataFile } = newFile();
    const emulator = await start({ dataFile });
    const { workspaceSid, taskQueues } = emulator.seed(centre);
    await expect.poll(() => existsSync(dataFile), { timeout: 5_000 }).toBe(true);
    await fetch(`${emulator.url}/v1/Workspaces/${workspaceSid}/TaskQueues/${taskQueues.All}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`,
      },
      body: new URLSearchParams({ FriendlyName: 'Renamed' }),
    });
    await expect.poll(() => readFileSync(dataFile, 'utf8'), { timeout: 5_000 }).toContain('Renamed');
  });

  test('leaves nothing beside it when it cannot take its name', async () => {
    const { dataFile, beside } = newFile();
    const emulator = await createEmulator({ dataFile });
    emulator.seed(centre);
    mkdirSync(join(dataFile, 'in the way'), { recursive: true });
    await expect(emulator.close()).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(beside()).toHaveLength(1);
  });

  test('does not go with a seed, which would give out its SIDs again', async () => {
    await expect(createEmulator({ dataFile: newFile().dataFile, seed: 1 })).rejects.toThrow(
      'cannot be used together',
    );
  });
});
