import { readFile } from 'node:fs/promises';
import { EVENT_SUBJECTS, meantEventType } from '../documented-events.js';
import { assignmentRequest, eventRequest, type SignedRequest } from '../testing/index.js';
import { type Answer, exchange, judge, type Kind } from './exchange.js';
import { EXIT, UsageError } from './failure.js';
import { milliseconds, paint, print } from './print.js';

export interface SendOptions {
  readonly url: string;
  readonly token?: string;
  readonly set: readonly string[];
  readonly task?: string;
  readonly worker?: string;
  readonly type: string;
  readonly publicUrl?: string;
  /** How many more times; `true`: once. */
  readonly repeat?: number | true;
}

/**
 * `taskrouter send`: signs a callback, sends it, and says whether Twilio would accept the answer.
 *
 * @returns 0 if it would, every time; 1 if not, or if a repeated callback got another answer.
 * @throws {UsageError} when an option is malformed.
 */
export async function send(kind: Kind, options: SendOptions): Promise<number> {
  const request = await build(kind, options);
  const first = await exchange(kind, options.url, request);
  const judgement = judge(kind, first);
  print(`${request.method} ${options.url}`);
  if ('failure' in first) print(`no answer (${milliseconds(first.ms)})`);
  else print(`${first.status} ${first.contentType} (${milliseconds(first.ms)})\n${first.body}`.trimEnd());
  const verdict = judgement.accepted
    ? paint('green', 'Twilio accepts this')
    : paint('red', 'Twilio refuses this');
  print(`${verdict}: ${judgement.text}`);
  for (const note of notesOn(kind, options.type, first)) print(paint('yellow', note));

  const repeats = options.repeat === true ? 1 : (options.repeat ?? 0);
  let same = true;
  for (let i = 0; i < repeats; i++) {
    const again = await exchange(kind, options.url, request);
    const equal = isSame(first, again);
    same &&= equal;
    print(
      `again: ${equal ? 'the same answer, byte for byte' : paint('red', 'ANOTHER answer')} (${milliseconds(again.ms)})`,
    );
  }
  return judgement.accepted && same ? EXIT.ok : EXIT.failed;
}

/** What Twilio would not report but the user wants to know: no handler took this, or the event type looks misspelt. */
function notesOn(kind: Kind, type: string, answer: Answer): readonly string[] {
  const notes: string[] = [];
  const known = Object.hasOwn(EVENT_SUBJECTS, type);
  const choice = known ? `'${type}'` : `{ unlisted: '${type}' }`;
  if (kind === 'event' && !known) {
    const meant = meantEventType(type);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    notes.push(`Twilio documents no event type ${JSON.stringify(type)}.${hint}`);
  }
  if ('failure' in answer) return notes;
  if (answer.handler === 'none') {
    notes.push(`No handler is registered for ${type}. Add onEvent(${choice}, …) or defineEvent.`);
  }
  if (answer.handler === 'otherwise') {
    notes.push(
      'No handler matched this task and worker, so `otherwise` decided. Check --task, --worker and --set.',
    );
  }
  return notes;
}

async function build(kind: Kind, options: SendOptions): Promise<SignedRequest> {
  const authToken = (options.token ?? '').split(',')[0]!.trim();
  if (authToken === '') {
    throw new UsageError(
      "There is no Auth Token to sign with. Set TWILIO_AUTH_TOKEN to the endpoint's token.",
    );
  }
  for (const url of [options.url, options.publicUrl ?? options.url]) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new UsageError('A URL must be complete, such as http://127.0.0.1:3000/taskrouter/assignment.');
    }
  }
  const url = options.publicUrl ?? options.url;
  const task = await readAttributes('--task', options.task);
  const worker = await readAttributes('--worker', options.worker);
  const fields = Object.fromEntries(options.set.map(readField));
  if (kind === 'event') {
    const attributes = {
      ...(task === undefined ? {} : { TaskAttributes: task }),
      ...(worker === undefined ? {} : { WorkerAttributes: worker }),
    };
    return eventRequest({ url, authToken, type: options.type, fields: { ...attributes, ...fields } });
  }
  return assignmentRequest({
    url,
    authToken,
    fields,
    ...(task === undefined ? {} : { task }),
    ...(worker === undefined ? {} : { worker }),
  });
}

/** The text of the attributes. Text that is not JSON is sent unchanged, to show how the endpoint treats it. */
async function readAttributes(option: string, given: string | undefined): Promise<string | undefined> {
  if (given === undefined || !given.startsWith('@')) return given;
  try {
    return await readFile(given.slice(1), 'utf8');
  } catch (cause) {
    throw new UsageError(`${option}: the file ${given.slice(1)} cannot be read.`, { cause });
  }
}

function readField(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  if (equals === 0) throw new UsageError('--set takes Name=value, or a name alone to remove that parameter.');
  return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function isSame(one: Answer, other: Answer): boolean {
  if ('failure' in one || 'failure' in other) return false;
  return one.status === other.status && one.body === other.body;
}
