import type { ErrorAnswer } from './errors.js';
import type { JsonObject } from './spec/kinds.js';

const SECOND = 1_000;
const LONGEST_DETAIL = 300;

/**
 * Reads an error answer: Twilio's classic body `{ code, message, more_info, status }`, the newer one of RFC 9457
 * `{ type, title, status, code, detail, errors }`, or, where an edge in between answered with HTML or broke off, the
 * status alone.
 */
export function readErrorAnswer(
  status: number,
  header: (name: string) => string | undefined,
  body: unknown,
  now: number,
): ErrorAnswer {
  const fields = isJsonObject(body) ? body : {};
  const code = typeof fields.code === 'number' ? fields.code : undefined;
  const said = fields.message ?? fields.detail ?? fields.title;
  const page = fields.more_info ?? fields.type;
  return {
    status,
    twilioCode: code,
    detail: typeof said === 'string' && said !== '' ? masked(said) : undefined,
    moreInfo: typeof page === 'string' && /^https:\/\/[^\s?#]+$/.test(page) ? page : undefined,
    requestId: header('twilio-request-id'),
    retryAfterMs: readRetryAfter(header('retry-after'), now),
  };
}

/** Retry-After in milliseconds: seconds, or an HTTP date. Source: RFC 9110, section 10.2.3. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * SECOND);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Twilio's sentences quote what was sent: phone numbers and JSON stay out of logs, SIDs may be read. */
function masked(text: string): string {
  const quiet = text
    .replace(/\+?(?<![0-9A-Za-z])\d[\d ().-]{5,}\d(?![0-9A-Za-z])/g, '(number)')
    .replace(/\{.*\}/s, '{…}')
    .replace(/[\r\n]+/g, ' ');
  return quiet.length > LONGEST_DETAIL ? `${quiet.slice(0, LONGEST_DETAIL)}…` : quiet;
}
