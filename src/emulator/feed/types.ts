/**
 * The JSON of every answer and of every message of the stream under `/_emulator`; emulator.openapi.json says the same for
 * programs of other languages, and a test holds both to the answers.
 *
 * - Times (`at`, `now`, `…At`, `deadline`) are milliseconds since 1970 of the emulator's clock, real or virtual.
 * - Lengths that end in `Ms` are milliseconds; those of HTTP are real time. `…S` are seconds.
 * - What is not there is `null`, never left out.
 * - `seq` is one count over everything the feed hears: what changed later has the greater one.
 * - Attributes are the text as it was given. Nothing is escaped for HTML: show every text as text.
 */
export type { ExplainedDecision, Explanation, Reason } from '../engine/index.js';
export type * from './types/actions.js';
export type * from './types/calls.js';
export type * from './types/deliveries.js';
export type * from './types/evaluate.js';
export type * from './types/info.js';
export type * from './types/log.js';
export type * from './types/page.js';
export type * from './types/rows.js';
export type * from './types/stream.js';
export type * from './types/tasks.js';
export type * from './types/what-if.js';
export type * from './types/workspaces.js';
