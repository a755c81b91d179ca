import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, startRedis } from '../test/support/redis.js';
import { AUTH_TOKEN } from './servers.js';

// What users run: tsx would put its own calls into the sources.
const { createTaskRouterClient } = (await import(
  new URL('../dist/rest/index.js', import.meta.url).href
)) as typeof import('../src/rest/index.js');

const AT_ONCE = 64;

/** Tasks from their creation to their completion. */
export interface Journeys {
  readonly tasks: number;
  readonly perSecond: number;
  /** Of one task, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Takes tasks all the way over HTTP, so many at once: created by REST, the signed callback to an endpoint in a process of
 * its own, its answer, the reservation accepted by the emulator, in another process, and the task completed by REST.
 *
 * @throws Error when a task does not come to its end within 30 s.
 */
export async function measureJourneys(tasks: number, store: 'memory' | 'Redis'): Promise<Journeys> {
  const redis = store === 'Redis' ? await startRedis() : undefined;
  const children: ChildProcess[] = [];
  const start = async (name: string, env: Readonly<Record<string, string>>) => {
    const child = fork(fileURLToPath(new URL(`programs/${name}.js`, import.meta.url)), {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env.PATH, NODE_ENV: 'production', TWILIO_AUTH_TOKEN: AUTH_TOKEN, ...env },
    });
    children.push(child);
    const gone = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${name} ended with ${code}`)),
    );
    gone.catch(() => {});
    const [message] = await Promise.race([once(child, 'message'), gone]);
    return { child, message };
  };
  try {
    const port = String(await freePort());
    const endpoint = `http://127.0.0.1:${port}`;
    const address = { HOST: '127.0.0.1', PORT: port, PUBLIC_URL: endpoint };
    await start('accepting', { ...address, ...(redis ? { REDIS_URL: redis.url } : {}) });
    const { child, message } = await start('emulator', { ENDPOINT: endpoint });
    const { url, ...account } = message as Record<'url' | 'accountSid' | 'workspaceSid', string>;
    const client = createTaskRouterClient({ ...account, authToken: AUTH_TOKEN, baseUrl: url });

    const accepted = new Accepted(child);
    const travel = async (count: number) => {
      const latencies: number[] = [];
      let left = count;
      const lane = async () => {
        while (left-- > 0) {
          const began = performance.now();
          const { sid } = await client.tasks.create({ attributes: { type: 'ticket' } });
          await accepted.of(sid);
          await client.tasks.complete(sid);
          latencies.push(performance.now() - began);
        }
      };
      const began = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      return { latencies: latencies.sort((a, b) => a - b), ms: performance.now() - began };
    };
    await travel(Math.ceil(tasks / 5)); // warm-up
    const { latencies, ms } = await travel(tasks);
    const at = (share: number) => latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;
    return { tasks, perSecond: (tasks / ms) * 1_000, p50: at(0.5), p99: at(0.99) };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await redis?.stop();
  }
}

/** The tasks the emulator tells have been accepted: that may be before their creator has the answer. */
class Accepted {
  readonly #waiting = new Map<string, () => void>();
  readonly #early = new Set<string>();

  constructor(emulator: ChildProcess) {
    emulator.on('message', ({ accepted }: { accepted: string }) => {
      const tell = this.#waiting.get(accepted);
      if (!tell) this.#early.add(accepted);
      this.#waiting.delete(accepted);
      tell?.();
    });
  }

  of(sid: string): Promise<void> {
    if (this.#early.delete(sid)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('A task was not accepted within 30 s.')), 30_000);
      this.#waiting.set(sid, () => {
        clearTimeout(late);
        resolve();
      });
    });
  }
}
