import type { Emulator } from 'taskrouter-kit/emulator';
import { operations } from '../../src/emulator/api/operations.js';
import { findOpenApi, readOpenApi } from './openapi.js';

const file = findOpenApi();
/** Twilio's file, if there is one here. */
export const openApi = file === undefined ? undefined : readOpenApi(file);

export interface CheckedAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, never>>;
  readonly etag: string | null;
}

/**
 * Calls operations by their id over HTTP, and holds every answer against Twilio's schemas (where the file is there) and
 * against the form of Twilio's errors.
 */
export function checkedApi(emulator: Emulator) {
  const authorization = `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;
  const called = new Set<string>();

  async function call(
    id: string,
    path: Readonly<Record<string, string>> = {},
    params: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<CheckedAnswer> {
    const operation = operations.find((one) => one.id === id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name] ?? ''));
    const url = new URL(filled, emulator.url);
    const request: RequestInit = { method: operation.method, headers: { authorization, ...headers } };
    if (id === 'CreateTaskQueueBulkRealTimeStatistics') {
      request.body = JSON.stringify(params);
      request.headers = { ...request.headers, 'content-type': 'application/json' };
    } else if (operation.method === 'POST') {
      request.body = new URLSearchParams(params as Record<string, string>);
    } else {
      for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, request);
    const text = await response.text();
    const body = text === '' ? {} : JSON.parse(text);
    const wrong = problemsOf(id, response.status, body);
    if (wrong.length > 0) throw new Error(`${id} answered ${response.status}:\n${wrong.join('\n')}`);
    if (response.ok) called.add(id);
    return { status: response.status, body, etag: response.headers.get('etag') };
  }
  return { call, called };
}

function problemsOf(id: string, status: number, body: Readonly<Record<string, unknown>>): readonly string[] {
  if (status >= 500) return ['a server error'];
  if (status >= 400) {
    const { code, message, more_info, ...rest } = body;
    const fits =
      Number.isInteger(code) &&
      typeof message === 'string' &&
      more_info === `https://www.twilio.com/docs/errors/${code}` &&
      JSON.stringify(rest) === JSON.stringify({ status });
    return fits ? [] : ['the error has not the form of Twilio’s'];
  }
  const described = openApi?.operations.find((operation) => operation.id === id);
  if (!described || !openApi) return [];
  if (status !== described.status) return [`the status should be ${described.status}`];
  return described.schema ? openApi.problems(described.schema, body) : [];
}
