/** `0:42`, `12:05`, `1:02:33`: how long something has lasted. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [s, m, h] = [seconds % 60, Math.floor(seconds / 60) % 60, Math.floor(seconds / 3_600)];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `3.6 ms`, `221 ms`, `1.25 s`: how long a request took. */
export function took(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** `+0.284 s` or `+1:02`: how long after a beginning. */
export function after(ms: number): string {
  return ms < 60_000 ? `+${(Math.max(0, ms) / 1_000).toFixed(3)} s` : `+${lasting(ms)}`;
}

/** `19:02:45` in the time zone of the reader. */
export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour12: false });
}

/** `25 Nov 2026, 19:02:45` */
export function dateTime(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });
}

/** The last four characters, which is what people compare. */
export const lastFour = (sid: string): string => sid.slice(-4);

/** The first letter large, as at the beginning of a sentence. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `1 task`, `3 tasks` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/**
 * Attributes in a few words: `type call · language en · from +1500…`. What tells little comes last: SIDs are left out,
 * and numbers of phones are told after the rest.
 */
export function inBrief(attributes: string, most = 80): string {
  let value: unknown;
  try {
    value = JSON.parse(attributes.slice(0, 20_000));
  } catch {
    return attributes.slice(0, most);
  }
  if (typeof value !== 'object' || value === null) return attributes.slice(0, most);
  const words: string[] = [];
  const numbers: string[] = [];
  for (const [name, one] of Object.entries(value).slice(0, 50)) {
    if (typeof one === 'object' || /sid$/i.test(name)) continue;
    (/^\+?\d{6,}$/.test(String(one)) ? numbers : words).push(`${name} ${one}`.slice(0, most));
  }
  return [...words, ...numbers].join(' · ').slice(0, most);
}
