/** The replay of a day that happened: what a changed workspace file would have made of it. */
export { type ReplayOptions, type ReplayReport, replay } from './replay.js';
export { replayText } from './replay-text.js';
