import type { WorkspaceDefinition } from '../workspace/definition/index.js';
import type { AccessTokenOptions } from './agents/tokens/access-token.js';
import type { ParticipantChange } from './calls/conferences.js';
import type { DebuggerEntry, Delivery } from './delivery/log.js';
import type { Explanation, Task, WorkspaceView } from './engine/index.js';
import type { NewCall, SimulatedCall } from './enqueue.js';
import type { CallsView } from './feed/types.js';
import type { InTest } from './in-test.js';
import type { EmulatorEvent } from './options.js';
import type { Seeded, SeedOptions } from './seed.js';
import type { Staff, StaffOptions } from './staff/options.js';
import type { NewTask } from './task-fields.js';
import type { OtherRequests, TwilioOptions } from './twilio-options.js';
import type { Until, UntilOptions } from './until.js';
import type { Duration } from './world/duration.js';
import type { FaultName, FaultSwitches } from './world/faults.js';

/** A running emulator. */
export interface Emulator extends InTest {
  /** Where its API is: `http://127.0.0.1:8080`. @throws {ConfigurationError} before it listens. */
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly clock: 'real' | 'virtual';
  /** The emulator's time, in milliseconds since 1970. */
  now(): number;
  /** Every workspace as it stands, to look at. */
  readonly workspaces: ReadonlyMap<string, WorkspaceView>;

  /** Begins to listen, when `port: false` put that off. */
  listen(port: number): Promise<void>;

  /**
   * Makes a workspace from its definition, and returns the SIDs by the names in it. With `workspaceSid` it changes that
   * workspace to what the definition says.
   * @throws {DefinitionError} what is wrong with the definition, with the path of each problem; EngineRefusal what TaskRouter
   * would refuse. Nothing has changed then.
   * @example const { workers } = emulator.seed({ workers: { Alice: { activity: 'Available' } } }); // workers.Alice: 'WK…'
   */
  seed<const D extends WorkspaceDefinition>(definition: D, options?: SeedOptions): Seeded<D>;

  /**
   * Makes a task, as `POST …/Tasks` would.
   * @throws {EngineRefusal} what TaskRouter would refuse.
   */
  createTask(task?: NewTask): Task;

  /**
   * Puts a simulated call into a queue, as `<Enqueue workflowSid="…">` does: its task has the attributes that Twilio gives
   * it, and the caller can hang up.
   * @throws {EngineRefusal} what TaskRouter would refuse; ConfigurationError for an unknown key or name.
   * @example
   * const call = emulator.enqueue({ workflow: 'Help', call: { from: '+15005550009' }, attributes: { language: 'en' } });
   * await emulator.until(call.task).isAssigned();
   * call.hangUp();
   */
  enqueue(call?: NewCall): SimulatedCall & { readonly task: Task };
  /**
   * Lets workers play: they answer after a drawn time, reject sometimes, work, wrap up and take breaks, on the emulator's
   * clock and from a seed. What the assignment callback decides goes first; their phones ring as they like. A worker whom
   * {@link Agent.takeOver} has taken over is left alone.
   * @throws {ConfigurationError} for an unknown option, a share outside 0 to 1, a worker that is not there, or one whom other
   * staff plays.
   * @example
   * const staff = emulator.staff({ answers: '5s', works: '3m', rejects: 0.1 });
   * await emulator.advance('8h');
   * staff.stop();
   */
  staff(options?: StaffOptions): Staff;
  /** The simulated calls and conferences that go on. */
  calls(): CallsView;
  /** Ends a simulated call, a customer's or a worker's, as who holds the phone would. Nothing happens if it has ended. */
  hangUp(callSid: string): void;
  /**
   * Holds or mutes someone who is in a conference, as Twilio's participant resource does; its status callback hears of it.
   * @throws {EngineRefusal} 404 for a call that is in no conference.
   * @example emulator.updateParticipant(call.sid, { hold: true });
   */
  updateParticipant(callSid: string, change: ParticipantChange): void;

  /**
   * Waits for what becomes of a task. It rejects with the task's explanation when that can no longer be, or has not
   * come about in time. The virtual clock does not move meanwhile.
   * @example await emulator.until(task).isAssigned();
   */
  until(task: string | { readonly sid: string }, options?: UntilOptions): Until;

  /**
   * Lets virtual time pass, timer by timer; before each timer, and at the end, it waits for every request under way.
   * @throws {ConfigurationError} with a real clock, for a bad duration, or beyond the year 9998.
   * @example await emulator.advance('2m');
   */
  advance(duration: Duration): Promise<void>;

  /** Resolves when no callback is under way. */
  quiet(): Promise<void>;

  /**
   * Why a task is where it is, as data and as readable text.
   * @throws {EngineRefusal} 404 for a task that does not exist (any more).
   */
  explain(taskSid: string): Explanation & { readonly text: string };

  /**
   * Sets switches that make trouble on purpose; those not named stay as they are.
   * @throws {ConfigurationError} for an unknown switch.
   * @example emulator.trouble({ duplicate: true, drop: 3, tooManyRequests: { times: 2, retryAfterS: 1 } });
   */
  trouble(switches: FaultSwitches): void;
  /** The switches that are on, and how often they still strike; true: without end. */
  troubles(): Readonly<Partial<Record<FaultName, number | true>>>;

  /** The newest requests made to callback URLs, oldest first. */
  deliveries(): readonly Delivery[];
  /** The newest entries of what Twilio would call the debugger, oldest first. */
  debugger(): readonly DebuggerEntry[];
  /** Hears everything that happens, as it happens. Returns the function that ends it. */
  watch(watcher: (event: EmulatorEvent) => void): () => void;

  /**
   * An access token for the Worker SDK (`twilio-taskrouter`), signed with the first of `apiKeys`. It expires by the
   * machine's clock, even if the emulator's is virtual.
   *
   * @param worker - friendly name or SID; undefined, with the role `admin`, for a token that reads the workspace.
   * @throws {ConfigurationError} for a worker that is not there, with the near miss; for a bad role or `ttl`.
   * @example
   * const server = `${emulator.url}/v1/wschannels`;
   * const ann = new Worker(await emulator.accessToken('Ann'), { ebServer: server, wsServer: server.replace('http', 'ws') });
   */
  accessToken(worker?: string, options?: AccessTokenOptions): Promise<string>;

  /**
   * What makes the official `twilio` package ask this emulator about TaskRouter, and nothing else; `twilioOptions(url)`
   * does so for one in another process.
   * @example const client = twilio(emulator.accountSid, emulator.authToken, emulator.twilioOptions());
   */
  twilioOptions<Options extends object = TwilioOptions>(others?: OtherRequests): Options;

  /**
   * Ends every request and timer, closes the port and saves the state. Afterwards what looks at the emulator still answers;
   * what would change it throws a {@link ConfigurationError} `closed`.
   */
  close(): Promise<void>;
}
