import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN } from '../server/endpoint-process.js';
import type { Front } from './front.js';

/** So few descriptors that a few hundred idle connections use them up. */
const DESCRIPTORS = 200;

interface Endpoint {
  readonly child: ChildProcess;
  readonly port: number;
  readonly output: { pause(): void; resume(): void };
}

/** The endpoint processes. Each has a number, which it keeps when it is started anew. */
export class Fleet {
  readonly #endpoints: (Endpoint | undefined)[] = [];
  /** What endpoints logged as errors, and how they ended when nobody had killed them. */
  readonly complaints: string[] = [];
  readonly #front: Front;
  readonly #script: string;
  readonly #env: Readonly<Record<string, string>>;
  #closed = false;

  constructor(front: Front, script: string, env: Readonly<Record<string, string>>) {
    this.#front = front;
    this.#script = script;
    this.#env = env;
  }

  async start(index: number): Promise<void> {
    const child = spawn(
      'sh',
      ['-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$1"`, process.execPath, this.#script],
      {
        env: {
          PATH: process.env.PATH ?? '',
          TWILIO_AUTH_TOKEN: TOKEN,
          HOST: '127.0.0.1',
          PORT: '0',
          CHAOS_PROCESS: String(index),
          ...this.#env,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    let stderr = '';
    child.stderr!.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL' && !this.#closed)
        this.complaints.push(`endpoint ${index} ended with ${code ?? signal}: ${stderr}`);
    });
    const lines = createInterface({ input: child.stdout! });
    const url = await new Promise<string>((resolve, reject) => {
      lines.on('line', (text) => {
        const line = JSON.parse(text) as { msg: string; level: string; url?: string };
        if (line.msg === 'endpoint ready') resolve(String(line.url));
      });
      child.once('exit', () => reject(new Error(`Endpoint ${index} did not start: ${stderr}`)));
    });
    this.#endpoints[index] = { child, port: Number(new URL(url).port), output: child.stdout! };
    this.#tellFront();
  }

  async kill(index: number): Promise<void> {
    const endpoint = this.#endpoints[index];
    this.#endpoints[index] = undefined;
    this.#tellFront();
    if (!endpoint) return;
    endpoint.child.kill('SIGKILL');
    if (endpoint.child.exitCode === null && endpoint.child.signalCode === null)
      await once(endpoint.child, 'exit');
  }

  signal(index: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#endpoints[index]?.child.kill(signal);
  }

  /** Sets the clock of a process forward or back. */
  jump(index: number, ms: number): void {
    this.#endpoints[index]?.child.send?.(ms);
  }

  /** Nobody reads the log of a process for a while: a full pipe. */
  async blockLog(index: number, ms: number): Promise<void> {
    const output = this.#endpoints[index]?.output;
    output?.pause();
    await sleep(ms);
    output?.resume();
  }

  /** Opens idle connections until the process has no descriptor left. */
  async useUpDescriptors(index: number, ms: number): Promise<void> {
    const endpoint = this.#endpoints[index];
    if (!endpoint) return;
    const idle = Array.from({ length: DESCRIPTORS }, (): Socket => {
      const socket = connect(endpoint.port, '127.0.0.1');
      return socket.on('error', () => {});
    });
    await sleep(ms);
    for (const socket of idle) socket.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#endpoints.map((_, index) => this.kill(index)));
  }

  #tellFront(): void {
    this.#front.ports = this.#endpoints.flatMap((one) => one?.port ?? []);
  }
}
