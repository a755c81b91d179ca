import { ConfigurationError } from '../../errors.js';

/** What placeholders and SIDs stand for, by their names. */
export type Mapping = Readonly<Record<string, string>>;

const own = (map: Mapping, name: string): string | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** The name in `${QUEUE_SID}` or `${var.queue_sid}`. */
const PLACEHOLDER = /\$\{\s*([^}]*?)\s*\}/g;

/**
 * Reads JSON with placeholders, also with bare ones: `"priority": ${PRIORITY}`.
 * @throws {ConfigurationError} `bad-import` for what is no JSON.
 */
export function readTemplate(name: string, text: string, map: Mapping): unknown {
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|\$\{[^}]*\}/g, (part) => {
    if (part.startsWith('"')) return part;
    const value = own(map, part.slice(2, -1).trim());
    return value !== undefined && /^-?\d+(\.\d+)?$|^(true|false|null)$/.test(value)
      ? value
      : JSON.stringify(value ?? part);
  });
  try {
    return filled(JSON.parse(quoted), map);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new ConfigurationError('bad-import', `${name} has too many levels.`, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError('bad-import', `${name} is not JSON: ${why}.`, { cause });
  }
}

/** The same value with every placeholder that has a meaning replaced by it. */
export function filled(value: unknown, map: Mapping): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(PLACEHOLDER, (whole, name: string) => own(map, name) ?? whole);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => filled(one, map));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, map)]));
}

/** What a queue is called in place of a SID or a placeholder. */
export function aliasOf(text: string, map: Mapping): string {
  const mapped = own(map, text);
  if (mapped !== undefined) return mapped;
  const [, inner] = /^\$\{\s*(.+?)\s*\}$/.exec(text) ?? [];
  return inner === undefined ? text : (own(map, inner) ?? inner);
}
