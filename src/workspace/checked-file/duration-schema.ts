import * as v from 'valibot';
import { DURATION_WORDS, readMs } from './duration.js';

/** The form of a length of time in a file, read into milliseconds. */
export const duration = v.pipe(
  v.unknown(),
  v.check((value) => readMs(value) !== undefined, `must be ${DURATION_WORDS}.`),
  v.transform((value) => readMs(value)!),
);
