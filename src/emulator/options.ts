import type { JudgeOptions } from '../instructions/index.js';
import type { Logger } from '../log.js';
import type { PhoneBehaviour, PhoneRule } from './calls/phones.js';
import type { DebuggerEntry, Delivery } from './delivery/log.js';
import type { EngineEvent, EngineOptions, WorkspaceView } from './engine/index.js';
import type { WorkspaceFinding } from './feed/types.js';
import type { OfferedTask } from './offered-tasks.js';

export interface EmulatorOptions {
  /**
   * `real` (default) follows the machine's clock. `virtual` starts at the present and moves only with
   * {@link Emulator.advance}; the HTTP time limits (5 s, 15 s) are in real time in either case.
   */
  readonly clock?: 'real' | 'virtual' | undefined;
  /** The account: `AC` and 32 hexadecimal digits. Default: a new one. */
  readonly accountSid?: string | undefined;
  /** The account's token: signs callbacks, and is the password of the API. Default: a new one. */
  readonly authToken?: string | undefined;
  /**
   * API keys that the API accepts as well as the account's token: secrets by SID. They sign the access tokens of agents,
   * the first one those of {@link Emulator.accessToken}, but no callbacks. Default: a new one.
   * @example { SK0123456789abcdef0123456789abcdef: 'secret' }
   */
  readonly apiKeys?: Readonly<Record<string, string>> | undefined;
  /** Makes SIDs that repeat with the seed; not with a `dataFile`. Default: random ones. */
  readonly seed?: number | undefined;
  /** Where to listen. Default: a free port; `false`: not before {@link Emulator.listen}. */
  readonly port?: number | false | undefined;
  /** Default: `127.0.0.1`, only this machine. */
  readonly host?: string | undefined;
  /**
   * More names, in the `Host` header, that the routes under `/_emulator` answer to: those of a container or a proxy.
   * Default: only `localhost`, `127.0.0.1`, `[::1]` and the `host`, because a web page could reach them by any other.
   */
  readonly allowHosts?: readonly string[] | undefined;
  /**
   * Origins of web pages that may connect as agents, such as `https://desk.example.com`; `*`: any. Default: only pages of
   * this machine, on any port.
   */
  readonly allowOrigins?: readonly string[] | undefined;
  /**
   * Serves a web page at `/` that shows where every task is, and why: docs/inspector.md. `taskrouter dev` and
   * `taskrouter emulate` have it. Default: false.
   */
  readonly inspector?: boolean | InspectorOptions | undefined;
  /** Keeps the state in this file across restarts. While the emulator runs, `<file>.lock` keeps others from using it. */
  readonly dataFile?: string | undefined;
  /**
   * Sends names and the channel with assignment callbacks: parameters that Twilio's pages list for events only.
   * Default: false, so that a handler that relies on them fails here as it would in production.
   */
  readonly unconfirmedParameters?: boolean | undefined;
  /** What workers do when their phone rings. Default: answer at once, and talk for 30 s. */
  readonly phones?: PhoneRule | PhoneBehaviour | undefined;
  /** Choices Twilio's documents leave open: docs/emulator-fidelity.md. */
  readonly choices?:
    | (Pick<JudgeOptions, 'noContent'> &
        Pick<
          EngineOptions,
          | 'purgeAfterMs'
          | 'maxAssignments'
          | 'rerouteOnAttributes'
          | 'coerceNumericStrings'
          | 'lenientExpressions'
        > &
        Pick<EngineOptions, 'stepTimeoutsFrom' | 'afterReservationTimeout' | 'callbackBackoff'>)
    | undefined;
  /** Default: warnings and errors on the console. */
  readonly log?: Logger | undefined;
  /** For callbacks. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** What the page shows beside what the emulator itself knows. */
export interface InspectorOptions {
  /** The project's own tasks for "New task", read whenever it opens. Default: none. */
  readonly presets?: (() => Promise<readonly NamedPreset[]>) | undefined;
  /** What is, or may be, wrong with a workspace as it stands. Default: nothing is said. */
  readonly lint?: ((workspace: WorkspaceView) => readonly WorkspaceFinding[]) | undefined;
}

/** A task under a name, or why it cannot be used. */
export interface NamedPreset {
  readonly name: string;
  readonly task?: OfferedTask | undefined;
  readonly error?: string | undefined;
}

/** What watchers of an emulator are given: an event of TaskRouter, a request it made, or an entry of its debugger. */
export type EmulatorEvent = EngineEvent | Delivery | DebuggerEntry;
