import { nearMiss } from '../../near-miss.js';

/** The most that Twilio reads of a TwiML document: twilio.com/docs/api/errors/11750. */
export const MOST_TWIML_BYTES = 64 * 1_024;

/** What Twilio would say of a TwiML document, with its code: twilio.com/docs/api/errors. */
export interface TwimlProblem {
  readonly code: 11200 | 11750 | 12100 | 12200 | 12300;
  readonly message: string;
  /** A warning: the call goes on. */
  readonly level?: 'warning';
}

export interface TwimlVerdict {
  /** The call ends on a problem that is no warning. */
  readonly problem?: TwimlProblem | undefined;
  /** The reservation that `<Dial><Queue reservationSid>` connects: twilio.com/docs/voice/twiml/queue. */
  readonly dialedReservationSid?: string | undefined;
  readonly postWorkActivitySid?: string | undefined;
}

/** twilio.com/docs/voice/twiml: verbs that may stand in `<Response>`. */
const VERBS = [
  ...['Connect', 'Dial', 'Echo', 'Enqueue', 'Gather', 'Hangup', 'Leave', 'Pause', 'Pay', 'Play', 'Prompt'],
  ...['Record', 'Redirect', 'Refer', 'Reject', 'Say', 'Sms', 'Start', 'Stop'],
];

/**
 * Checks what a URL answered to a call that asked for TwiML. Nothing of it is carried out but
 * `<Dial><Queue reservationSid="WR…"/></Dial>`, which the caller is told of.
 */
export function checkTwiml(answer: {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}): TwimlVerdict {
  const { status, body } = answer;
  if (status < 200 || status > 299) return failed(11200, `it answered ${status}`);
  const [type = ''] = answer.contentType.toLowerCase().split(';');
  // Audio is played, and plain text is read to the caller: twilio.com/docs/voice/twiml.
  if (/^audio\//.test(type.trim()) || type.trim() === 'text/plain') return {};
  if (!/^(text|application)\/(xml|html)$/.test(type.trim())) {
    return failed(12300, `its Content-Type is ${JSON.stringify(type.trim())}; send text/xml`);
  }
  if (Buffer.byteLength(body) > MOST_TWIML_BYTES) return failed(11750, 'it is larger than 64 KiB');
  const read = readXml(body);
  if (typeof read === 'string') return failed(12100, read);
  const [root] = read;
  if (root?.name !== 'Response') {
    return failed(12100, `its root is <${root?.name ?? ''}>, but a TwiML document begins with <Response>`);
  }
  const unknown = root.children.find(({ name }) => !VERBS.includes(name));
  const queue = root.children
    .filter(({ name }) => name === 'Dial')
    .flatMap(({ children }) => children)
    .find(({ name, attributes }) => name === 'Queue' && attributes.has('reservationSid'));
  return {
    dialedReservationSid: queue?.attributes.get('reservationSid'),
    postWorkActivitySid: queue?.attributes.get('postWorkActivitySid'),
    ...(unknown ? { problem: unknownVerb(unknown.name) } : {}),
  };
}

const failed = (code: TwimlProblem['code'], message: string): TwimlVerdict => ({
  problem: { code, message },
});

function unknownVerb(name: string): TwimlProblem {
  const meant = nearMiss(name, VERBS);
  const hint = meant === undefined ? '' : `; did you mean <${meant}>?`;
  return { code: 12200, level: 'warning', message: `<${name}> is not a TwiML verb${hint}` };
}

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
}

const NAME = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
const TAG = new RegExp(`^(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)$`);
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
/** Entities that need no declaration: the document may declare none. */
const BAD_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)/i;
const DEEPEST = 50;

/**
 * The elements of a small XML document; or what is wrong with it. One walk without recursion: the document comes from
 * outside. A DOCTYPE is refused, so no entity can be declared that grows when it is read.
 */
function readXml(text: string): readonly Element[] | string {
  const roots: Element[] = [];
  const open: Element[] = [];
  let at = 0;
  const source = text.replace(/^\uFEFF/, '').trim();
  if (source === '') return 'it is empty';
  while (at < source.length) {
    const tag = source.indexOf('<', at);
    const between = source.slice(at, tag < 0 ? source.length : tag);
    if (BAD_AMPERSAND.test(between)) return 'an & is not followed by an entity: write &amp;';
    if (open.length === 0 && between.trim() !== '') {
      return roots.length === 0 ? 'it does not begin with an element' : 'text follows its last element';
    }
    if (tag < 0) break;
    const skipped = skip(source, tag, roots.length === 0 && tag === 0);
    if (typeof skipped === 'string') return skipped;
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const end = endOfTag(source, tag);
    if (end < 0) return 'a tag is not closed';
    const inside = source.slice(tag + 1, end);
    at = end + 1;
    const problem = takeTag(inside, roots, open);
    if (problem !== undefined) return problem;
  }
  const last = open.at(-1);
  return last ? `<${last.name}> is not closed` : roots;
}

/** Where a comment, CDATA or the declaration at `tag` ends; a string: what is wrong; undefined: it is an element. */
function skip(source: string, tag: number, first: boolean): number | string | undefined {
  for (const [begin, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
  ] as const) {
    if (!source.startsWith(begin, tag)) continue;
    const close = source.indexOf(end, tag + begin.length);
    return close < 0 ? `${begin} is not closed` : close + end.length;
  }
  if (source.startsWith('<?', tag)) {
    const close = source.indexOf('?>', tag);
    if (close < 0) return '<? is not closed';
    return /^<\?xml\s/i.test(source.slice(tag, tag + 6)) && !first
      ? 'the XML declaration does not come first'
      : close + 2;
  }
  if (source.startsWith('<!', tag)) return 'it has a DOCTYPE, which TwiML does not allow';
  return undefined;
}

/** The `>` that ends a tag: one in a quoted value does not. */
function endOfTag(source: string, tag: number): number {
  let quote = '';
  for (let at = tag + 1; at < source.length; at += 1) {
    const letter = source[at]!;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return at;
  }
  return -1;
}

function takeTag(inside: string, roots: Element[], open: Element[]): string | undefined {
  if (inside.startsWith('/')) {
    const name = inside.slice(1).trim();
    const last = open.pop();
    return last?.name === name ? undefined : `</${name}> closes nothing that is open`;
  }
  const [, name, given = '', closed] = TAG.exec(inside) ?? [];
  if (name === undefined) return `<${inside.slice(0, 40)}> is not a tag`;
  if (BAD_AMPERSAND.test(given)) return 'an & is not followed by an entity: write &amp;';
  const attributes = new Map<string, string>();
  for (const [, key, double, single] of given.matchAll(ATTRIBUTE)) {
    if (attributes.has(key!)) return `<${name}> has the attribute ${key} twice`;
    attributes.set(key!, double ?? single ?? '');
  }
  const element = { name, attributes, children: [] };
  const parent = open.at(-1);
  if (parent) parent.children.push(element);
  else if (roots.length > 0) return 'it has more than one root';
  else roots.push(element);
  if (closed === '/') return undefined;
  if (open.length >= DEEPEST) return `elements are nested more than ${DEEPEST} deep`;
  open.push(element);
  return undefined;
}
