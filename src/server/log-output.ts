import { write, writeSync } from 'node:fs';
import { systemCode } from '../errors.js';

/** How long a line may wait to be written with others, in milliseconds. */
const GATHER_MS = 100;

/** How much text is written before that time has passed, in characters. */
const GATHER_LENGTH = 64_000;

/** The most text that waits for a reader who does not read, in characters; lines beyond it are dropped. */
const MAX_WAITING = 16 * 1024 * 1024;

/** The most text that is written at a time, in characters. */
const MAX_WRITE = 256 * 1024;

/** How long a process that ends waits for its last lines to be taken, in milliseconds. */
const LAST_LINES_MS = 1_000;

/** What says that a reader is slow, not that the line is lost. */
const BUSY: readonly string[] = ['EAGAIN', 'EBUSY', 'EINTR'];

/**
 * Writes the log to a file descriptor, a few lines at a time. It never throws and no write holds anybody up. Lines that
 * cannot be written (the disk is full, the reader is gone) are dropped and counted, and the next ones are tried anew:
 * an endpoint without a log answers calls, an endpoint that waits for its log does not.
 *
 * pino's own destination keeps trying lines for ever that failed once, and throws when a process ends meanwhile.
 */
export class LogOutput {
  /** Lines that were lost so far. */
  dropped = 0;
  readonly #fd: number;
  readonly #maxWaiting: number;
  readonly #chunks: string[] = [];
  /** The chunk that still grows. */
  #open = '';
  #length = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What is being written, from the first byte that is not. */
  #writing: Buffer | undefined;
  /** The last line that was written is only half there. */
  #torn = false;
  #toldDropped = 0;
  #lastError: string | undefined;
  #onIdle: (() => void) | undefined;

  constructor(fd: number, { maxWaiting = MAX_WAITING } = {}) {
    this.#fd = fd;
    this.#maxWaiting = maxWaiting;
  }

  /** Takes one line, with its end. */
  write(line: string): void {
    if (this.#length + line.length > this.#maxWaiting) {
      this.dropped += 1;
      return;
    }
    this.#open += line;
    this.#length += line.length;
    if (this.#open.length >= MAX_WRITE) this.#closeChunk();
    this.#gather();
  }

  /** Calls `then` when everything has been written or dropped, or after a second. */
  end(then: () => void): void {
    const done = () => {
      clearTimeout(giveUp);
      this.#onIdle = undefined;
      then();
    };
    const giveUp = setTimeout(done, LAST_LINES_MS);
    this.#onIdle = done;
    this.#flush();
  }

  /** One try for what is left, in a process that ends at once. Lines that would have to wait are lost. */
  flushNow(): void {
    this.#closeChunk();
    const rest = this.#chunks.splice(0).join('');
    // Behind what a thread is writing at this moment nothing can be put.
    if (this.#writing !== undefined || rest === '') return;
    try {
      writeSync(this.#fd, rest);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Writes once enough is there. Each write wakes a thread, which costs more than many lines. */
  #gather(): void {
    if (this.#length >= GATHER_LENGTH || this.#onIdle) this.#flush();
    else if (this.#length > 0) this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS).unref();
  }

  #closeChunk(): void {
    if (this.#open === '') return;
    this.#chunks.push(this.#open);
    this.#open = '';
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== undefined) return;
    this.#closeChunk();
    const chunk = this.#chunks.shift();
    if (chunk === undefined) {
      this.#onIdle?.();
      return;
    }
    this.#length -= chunk.length;
    // Whoever reads line by line loses the torn line, and not the one after it.
    this.#writing = Buffer.from(this.#torn ? `\n${chunk}` : chunk);
    this.#write();
  }

  #write(): void {
    const bytes = this.#writing as Buffer;
    write(this.#fd, bytes, (error, written) => {
      if (error) return this.#failed(error, bytes);
      if (written < bytes.length) {
        this.#torn = bytes[written - 1] !== LINE_END;
        this.#writing = bytes.subarray(written);
        this.#write();
        return;
      }
      this.#writing = undefined;
      this.#torn = false;
      this.#tellDropped();
      this.#gather();
    });
  }

  #failed(error: Error, bytes: Buffer): void {
    const code = systemCode(error);
    if (BUSY.includes(code)) {
      setTimeout(() => this.#write(), GATHER_MS).unref();
      return;
    }
    this.#lastError = code;
    this.#writing = undefined;
    this.#drop(bytes.toString());
    this.#closeChunk();
    for (const chunk of this.#chunks.splice(0)) {
      this.#length -= chunk.length;
      this.#drop(chunk);
    }
    this.#onIdle?.();
  }

  #drop(text: string): void {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      if (at > 0) this.dropped += 1;
    }
  }

  /** The log itself says that it has a hole, once it can be written again. */
  #tellDropped(): void {
    const lines = this.dropped - this.#toldDropped;
    if (lines === 0) return;
    this.#toldDropped = this.dropped;
    const line = { level: 'warn', time: Date.now(), lines, code: this.#lastError, msg: DROPPED };
    this.write(`${JSON.stringify(line)}\n`);
  }
}

const LINE_END = 10;
const DROPPED = 'Log lines were dropped, because they could not be written in time';

let opened: LogOutput | undefined;

/** The one output of this process: standard output. */
export function logOutput(): LogOutput {
  if (opened === undefined) {
    const output = new LogOutput(1);
    process.on('exit', () => output.flushNow());
    opened = output;
  }
  return opened;
}

/** Log lines of this process that were lost. */
export const droppedLines = (): number => opened?.dropped ?? 0;

/**
 * Ends the process once what was logged is written, or cannot be. Whoever should read it may be stuck or gone: then the
 * process ends all the same.
 */
export function exitAfterLog(code: number): void {
  if (opened === undefined) process.exit(code);
  opened.end(() => process.exit(code));
}
