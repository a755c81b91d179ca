import { readFileSync, statSync } from 'node:fs';
import { systemCode } from '../errors.js';

/** 2,000 workers whose attributes are as long as Twilio takes them have 8 MB. */
const MOST_BYTES = 10_000_000;

export type FileText =
  | { readonly text: string; readonly problem?: undefined }
  /** Why there is none, as a sentence, and the error behind it. */
  | { readonly problem: string; readonly cause?: unknown };

/**
 * Reads a text file that someone has written or made: UTF-8, of a size that can be one, without its byte order mark.
 * @param mostBytes - default: what a definition can have.
 */
export function readTextFile(path: string, mostBytes = MOST_BYTES): FileText {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { problem: 'It is a folder; name a file in it.' };
    // A pipe may never end.
    if (!found.isFile()) return { problem: 'It is not a regular file.' };
    if (found.size > mostBytes) {
      return {
        problem: `It has ${found.size.toLocaleString('en-US')} bytes; ${mostBytes.toLocaleString('en-US')} are read at most. Is it the right file?`,
      };
    }
    bytes = readFileSync(path);
  } catch (cause) {
    const code = systemCode(cause);
    return { problem: code === 'ENOENT' ? 'There is no such file.' : `It cannot be read (${code}).`, cause };
  }
  return decodeText(bytes);
}

/** Bytes as text: UTF-8, without its byte order mark. */
export function decodeText(bytes: Buffer): FileText {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return { problem: 'It is compressed (gzip). Unpack it first, with gunzip.' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    return { problem: 'It is not UTF-8. Save it in that encoding.', cause };
  }
}
