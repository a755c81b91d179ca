import type { Random } from '../simulation/random.js';

/** Stands in attributes only. No log line and no answer may have it. */
export const CANARY = 'canary-5f1c';

/** What a forged log line or a forged header would show. */
export const FORGED = 'forged-7d3a';

/** Texts that have broken parsers, logs and objects before. */
const AWKWARD: readonly string[] = [
  '',
  ' ',
  '%',
  '%%',
  '%2',
  '%zz',
  '%00',
  '%ff%fe',
  '%c0%af',
  '%ed%a0%80',
  '%F0%9F%98%80',
  '+',
  '&',
  '=',
  ';',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__proto__[polluted]',
  'constructor[prototype][polluted]',
  'a[b][c][d][e][f][g]',
  'a[',
  ']',
  'a[]',
  '0',
  '-0',
  '1e309',
  'NaN',
  'null',
  'undefined',
  'true',
  '9007199254740993',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\u202e',
  '\ud800',
  '🧑‍🚒',
  `\r\n{"level":"error","msg":"${FORGED}"}\r\n`,
  `\r\nX-Forged: ${FORGED}\r\n\r\n`,
  `%0d%0aX-Forged:%20${FORGED}`,
  '\u001b[2J',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  "' OR 1=1 --",
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '<script>alert(1)</script>',
  '(((((a+)+)+)+)+)+$',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
];

/** Names that mean something to an object of JavaScript, or to a parser of nested names. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__[polluted]',
  'a[b][c]',
  'a[]',
  '0',
];

export const awkward = (random: Random): string => random.pick(AWKWARD);

/** Bytes of any kind, as a text with one character for each. */
export function bytes(random: Random, most: number): string {
  const length = random.int(0, most);
  let text = '';
  for (let index = 0; index < length; index++) text += String.fromCharCode(random.int(0, 255));
  return text;
}

/** JSON, or nearly, for attributes: mostly an object, because others never reach a handler. */
export function attributes(random: Random): string {
  const depth = random.pick([1, 50, 2_000, 20_000]);
  return random.pick([
    () => '{}',
    () => JSON.stringify({ note: CANARY, skill: awkward(random) }),
    () => `{"__proto__":{"polluted":"${CANARY}"},"constructor":{"prototype":{"polluted":1}}}`,
    () => `{"toString":1,"hasOwnProperty":null,"toJSON":"x","then":"y","length":-1}`,
    () => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    () => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    () => '['.repeat(depth),
    () => `{"a":1${',"a":1'.repeat(random.int(0, 2_000))}}`,
    () => JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i]))),
    () => `{"n":1e400,"m":-1e-400,"big":${'9'.repeat(400)}}`,
    () => `{"text":"${'x'.repeat(random.int(0, 20_000))}"}`,
    () => '{"lone":"\\ud800","zero":"\\u0000","line":"\\r\\n"}',
    () => `{"broken":"${CANARY}`,
    () => random.pick(['null', '1', '"text"', '[]', 'true', '', ' ', '{}{}', '// no']),
    () => `{"&ReservationSid=WR${'0'.repeat(32)}":"TaskSid"}`,
  ])();
}

/** A body of a form, by a grammar that knows all of its rules and breaks them. */
export function formBody(random: Random): string {
  // Every other one can be decoded, and so comes as far as the signature.
  const isSound = random.chance(0.5);
  const any = () =>
    random.pick([awkward(random), random.pick(NAMES), bytes(random, 12), 'TaskSid', 'AccountSid']);
  const piece = () => (isSound ? encodeURIComponent(any().replaceAll('\ud800', '')) : any());
  const pair = () => piece() + random.pick(['=', '', '==', '%3D']) + piece();
  const count = random.pick([0, 1, 3, 12, 40]);
  return Array.from({ length: count }, pair).join(random.pick(['&', '&', '&', '&&', ';', '&=']));
}

/** Bodies that are too much of something. */
export function bomb(random: Random): string {
  return random.pick([
    () => 'a=1&'.repeat(random.int(900, 5_000)),
    () => `a=${'x'.repeat(random.int(250_000, 300_000))}`,
    () => '&'.repeat(200_000),
    () => '%41'.repeat(60_000),
    () => `a${'[b]'.repeat(20_000)}=1`,
    () => Array.from({ length: 1_000 }, (_, i) => `__proto__[k${i}]=${i}`).join('&'),
    () => '+'.repeat(200_000),
    () => `TaskAttributes=${'%5B'.repeat(50_000)}`,
  ])();
}
