import { TOKEN } from '../server/endpoint-process.js';
import { CANARY, FORGED } from './texts.js';
import type { Volley } from './volley.js';

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A body in one chunk at most. */
const CHUNKED = /^(?:[\da-f]+\r\n([^\r]*)\r\n)?0\r\n\r\n/;

/** The answers in what came over a connection; undefined: something in it is none. */
export function answersIn(got: string): readonly Answer[] | undefined {
  const answers: Answer[] = [];
  let at = 0;
  while (at < got.length) {
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(got.slice(at, at + 13));
    const headEnd = got.indexOf('\r\n\r\n', at);
    if (!status || headEnd === -1) return undefined;
    const head = got.slice(at, headEnd);
    const bodyAt = headEnd + 4;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    // Small bodies: one chunk, or none. An answer to HEAD has none, whatever its head says.
    const chunk = /\r\ntransfer-encoding: chunked/i.test(head) ? CHUNKED.exec(got.slice(bodyAt)) : undefined;
    const body = chunk?.[1] ?? got.slice(bodyAt, bodyAt + length);
    answers.push({ status: Number(status[1]), head, body });
    at = bodyAt + (chunk?.[0].length ?? length);
  }
  return answers;
}

/** An answer's status, and the code of a problem. */
export const kindOf = ({ status, body }: Answer): string =>
  [status, ...(/"code":"([\w-]+)"/.exec(body)?.slice(1) ?? [])].join(' ');

/** Places in code, which no answer may show. */
const INSIDE = /node_modules|\.[cm]?[jt]s:\d+|\bat \S+ \(/;

/** What is wrong with what came back for a volley. */
export function judge(volley: Volley, got: string): string[] {
  const answers = answersIn(got);
  if (answers === undefined) return volley.reset ? [] : [`not answers of HTTP: ${got.slice(0, 300)}`];
  const wrong: string[] = [];
  for (const { status, head, body } of answers) {
    const what = `${status} ${body.slice(0, 200)}`;
    if (status >= 500) wrong.push(`an error of ours: ${what}`);
    if (volley.unsigned && (body.includes('"instruction"') || status === 204))
      wrong.push(`a decision without a signature: ${what}`);
    if (head.includes(FORGED)) wrong.push(`a forged header: ${head}`);
    if (body.includes(TOKEN) || body.includes(CANARY)) wrong.push(`a secret in an answer: ${what}`);
    if (INSIDE.test(body)) wrong.push(`a place in the code in an answer: ${what}`);
  }
  const decided = answers.filter(({ status }) => status === 200 || status === 204).length;
  if (volley.genuine !== undefined && decided !== volley.genuine)
    wrong.push(`${decided} of ${volley.genuine} genuine callbacks were decided: ${got.slice(0, 300)}`);
  return wrong;
}

/** What is wrong with a line of the endpoint's log, if anything. */
export function judgeLine(text: string): string | undefined {
  const { msg } = JSON.parse(text) as { msg: string };
  if (msg.includes(FORGED)) return 'A forged line:';
  return text.includes(TOKEN) || text.includes(CANARY) ? 'A secret in the log:' : undefined;
}
