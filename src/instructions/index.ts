/** The instructions: their types, builders, pre-flight checks and two encodings. Pure: nothing here does I/O. */
export * from './build.js';
export * from './encode.js';
export * from './guards.js';
export * from './judge-answer.js';
export * from './names.js';
export * from './parse.js';
export {
  type CallbackAttributes,
  checkEncoding,
  checkTask,
  isSound,
  preflight,
} from './preflight.js';
export { InstructionError, type InstructionProblem } from './problem.js';
export * from './types.js';
