import type { CallbackResponse } from './types.js';

/** One parameter and the rule it breaks. Never its value. */
export interface FieldProblem {
  readonly field: string;
  readonly rule: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/**
 * An answer that is not a decision, as `application/problem+json` (RFC 9457). `code` is stable and meant for programs;
 * `detail` tells a person what to do. To Twilio each of these is a failed callback.
 */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: {
    readonly errors?: readonly FieldProblem[];
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): CallbackResponse {
  const body = { title: TITLES[status] ?? 'Error', status, code, detail };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...more.headers },
    body: JSON.stringify(more.errors ? { ...body, errors: more.errors } : body),
  };
}
