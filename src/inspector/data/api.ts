import type { Refusal } from './types.js';

/** The emulator said no, or could not be reached: the message says why and what to do. */
export class Refused extends Error {}

/** @throws {Refused} */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { signal: signal ?? null });
}

/** @throws {Refused} */
export async function post<T>(path: string, body: object, method = 'POST'): Promise<T> {
  return call<T>(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: method === 'DELETE' ? null : JSON.stringify(body),
  });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/_emulator${path}`, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refused('The TaskRouter does not answer: is it still running?');
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new Refused(messageOf(text) ?? `The TaskRouter answered ${response.status}.`);
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as Refusal).message;
  } catch {
    return undefined;
  }
}

/** The command that sends the same request: for a terminal, in single quotes. */
export function curlFor(path: string, body?: object, method?: string): string {
  const url = `${location.origin}/_emulator${path}`;
  if (body === undefined) return `curl ${method === undefined ? '' : `-X ${method} `}${quoted(url)}`;
  return `curl ${quoted(url)} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))}`;
}

/** In single quotes a shell takes everything as it is, but for the quote. */
const quoted = (text: string) =>
  /^[\w:/.?=&%,-]+$/.test(text) && !/[?&]/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
