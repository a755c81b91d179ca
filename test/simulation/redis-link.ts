import type { Event, Events } from './events.js';
import type { Process } from './process.js';
import type { Random } from './random.js';
import { type RedisModel, type Reply, shaOf } from './redis-model.js';

/** The one Redis of a world, and how it is at the moment. */
export class RedisServer {
  readonly model: RedisModel;
  up = true;
  /** It stands still until then: what arrives is carried out later. */
  stalledUntil = 0;
  refusing = false;
  /** Told of every script that ran. */
  onScript: (process: Process, lua: string, key: string, reply: Reply) => void = () => {};

  constructor(model: RedisModel) {
    this.model = model;
  }
}

interface Command {
  readonly execute: () => Reply;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  /** When the call began that it belongs to. */
  readonly begunAt: number;
  /** On its way to Redis, or on its way back. */
  travelling: Event | undefined;
  executed: boolean;
}

/**
 * One process' connection to Redis, as the client that the store is given: in order in both directions, with what can
 * happen to a connection. Nothing is queued while it is away, as with `enableOfflineQueue: false`.
 */
export class RedisLink {
  status: 'ready' | 'reconnecting' = 'ready';
  /** Nothing gets through until then. */
  blockedUntil = 0;
  /** What is blocked is lost, instead of coming later. */
  drops = false;
  slowBy = 0;
  readonly #events: Events;
  readonly #server: RedisServer;
  readonly #process: Process;
  readonly #random: Random;
  readonly #latency: readonly [number, number];
  readonly #storeTimeoutMs: number;
  readonly #commands = new Set<Command>();
  /** Calls whose script Redis did not know, and when they began: each sends its script again in full, in this order. */
  readonly #unknown = new Map<string, number[]>();
  #lastArrival = 0;
  #lastReply = 0;
  #connection = 0;

  constructor(
    events: Events,
    server: RedisServer,
    process: Process,
    random: Random,
    latency: readonly [number, number],
    storeTimeoutMs: number,
  ) {
    this.#storeTimeoutMs = storeTimeoutMs;
    this.#events = events;
    this.#server = server;
    this.#process = process;
    this.#random = random;
    this.#latency = latency;
  }

  evalsha(sha: string, keys: number, ...rest: (string | number)[]): Promise<unknown> {
    const begunAt = this.#events.now;
    return this.#send(() => {
      this.#refuse();
      const lua = this.#server.model.scriptOf(sha);
      if (lua === undefined) {
        this.#unknown.set(sha, [...(this.#unknown.get(sha) ?? []), begunAt]);
        throw new Error('NOSCRIPT No matching script. Please use EVAL.');
      }
      return this.#run(lua, keys, rest);
    });
  }

  eval(lua: string, keys: number, ...rest: (string | number)[]): Promise<unknown> {
    const execute = () => {
      this.#refuse();
      this.#server.model.learn(lua);
      return this.#run(lua, keys, rest);
    };
    return this.#send(execute, this.#unknown.get(shaOf(lua))?.shift());
  }

  ping(): Promise<unknown> {
    return this.#send(() => 'PONG');
  }

  /** The connection breaks: what is on its way to Redis may still arrive, no answer does. Back after `forMs`. */
  reset(forMs: number): void {
    this.#loseSome();
    const broken = [...this.#commands];
    this.#commands.clear();
    this.#unknown.clear();
    this.status = 'reconnecting';
    this.#connection += 1;
    const connection = this.#connection;
    for (const { reject } of broken) {
      this.#events.in(0, this.#process, 'input', () => reject(new Error('Connection is closed.')));
    }
    this.#tryAgain(forMs, connection);
  }

  /** The process has died: of what it had just sent, the last part may never have left. */
  die(): void {
    this.#loseSome();
  }

  #tryAgain(afterMs: number, connection: number): void {
    this.#events.in(afterMs, this.#process, 'input', () => {
      if (this.#connection !== connection) return;
      if (this.#server.up && this.blockedUntil <= this.#events.now) this.status = 'ready';
      else this.#tryAgain(50, connection);
    });
  }

  #loseSome(): void {
    let lost = false;
    for (const command of this.#commands) {
      if (command.executed || command.travelling === undefined) continue;
      lost ||= this.#random.chance(0.5);
      if (lost) command.travelling.cancelled = true;
    }
  }

  #refuse(): void {
    if (this.#server.refusing && this.#random.chance(0.5))
      throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
  }

  #run(lua: string, keys: number, rest: readonly (string | number)[]): Reply {
    const texts = rest.map(String);
    const { model, onScript } = this.#server;
    const reply = model.run(lua, texts.slice(0, keys), texts.slice(keys));
    onScript(this.#process, lua, texts[0]!, reply);
    return reply;
  }

  #send(execute: () => Reply, begunAt = this.#events.now): Promise<Reply> {
    if (this.status !== 'ready') {
      return Promise.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false"));
    }
    return new Promise((resolve, reject) => {
      const command: Command = {
        execute,
        resolve,
        reject,
        begunAt,
        travelling: undefined,
        executed: false,
      };
      this.#commands.add(command);
      this.#lastArrival = Math.max(this.#lastArrival, this.#events.now + this.#travelMs());
      this.#travel(command, this.#lastArrival - this.#events.now, () => this.#arrive(command));
    });
  }

  #travelMs(): number {
    const [least, most] = this.#latency;
    return (least + this.#random.next() * (most - least)) / 2 + this.slowBy;
  }

  /** Gets there, unless the way is blocked by then: then it is lost, or waits. */
  #travel(command: Command, ms: number, then: () => void, subject?: Process): void {
    command.travelling = this.#events.in(ms, subject, 'input', () => {
      const left = this.blockedUntil - this.#events.now;
      if (left <= 0) then();
      else if (!this.drops) this.#travel(command, left, then, subject);
    });
  }

  #arrive(command: Command): void {
    const { stalledUntil, up } = this.#server;
    if (!up) return;
    const left = stalledUntil - this.#events.now;
    if (left > 0) {
      command.travelling = this.#events.in(left, undefined, 'input', () => this.#arrive(command));
      return;
    }
    command.executed = true;
    let answer: () => void;
    try {
      const reply = command.execute();
      answer = () => {
        const { now } = this.#events;
        if (now - command.begunAt <= this.#storeTimeoutMs) this.#process.contacts.push(now);
        command.resolve(reply);
      };
    } catch (error) {
      answer = () => command.reject(error as Error);
    }
    this.#lastReply = Math.max(this.#lastReply, this.#events.now + this.#travelMs());
    this.#travel(
      command,
      this.#lastReply - this.#events.now,
      () => {
        // Its connection may have broken in the meantime.
        if (this.#commands.delete(command)) answer();
      },
      this.#process,
    );
  }
}
