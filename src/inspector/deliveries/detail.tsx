import { useState } from 'preact/hooks';
import { post, Refused } from '../data/api.js';
import { deliveries } from '../data/store.js';
import type { DeliveryDetail, ParsedAttributes } from '../data/types.js';
import { Command, CopyButton } from '../parts/copy.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/resource.js';
import { DeliveryStatus } from '../parts/status.js';
import { Tree } from '../parts/tree.js';
import { go, linkTo, linkWith } from '../route.js';
import { Fact } from '../tasks/detail.js';
import { clockTime, lastFour, took } from '../text.js';
import { testFor } from './as-test.js';

/** One request: what was sent, what came back, and what TaskRouter makes of it. */
export function DeliveryDetails({ id }: { id: number }) {
  const { data, error } = useResource<DeliveryDetail>(`/deliveries/${id}`, deliveries.get(id)?.seq);
  return (
    <div class="detail">
      <a class="back" href={linkWith({}, null)}>
        <Icon name="back" /> All deliveries
      </a>
      {error === undefined ? null : (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
      {data ? (
        <Details delivery={data} />
      ) : error === undefined ? (
        <p class="loading">Reading the delivery…</p>
      ) : null}
    </div>
  );
}

function Details({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <>
      <Head delivery={delivery} />
      {delivery.debugger.map((entry) => (
        <p class={`notice ${entry.level === 'error' ? 'bad' : 'waits'}`} key={entry.seq}>
          <Icon name="warn" />
          <span>
            Twilio's debugger: <b>{entry.code}</b> <bdi>{entry.message}</bdi>
          </span>
        </p>
      ))}
      <Timing delivery={delivery} />
      <div class="halves">
        <Answer delivery={delivery} />
        <Signature delivery={delivery} />
      </div>
      <div class="halves">
        <Parsed title="Task attributes" attributes={delivery.taskAttributes} />
        <Parsed title="Worker attributes" attributes={delivery.workerAttributes} />
      </div>
      <Log delivery={delivery} />
      <Form delivery={delivery} />
      <Command text={delivery.curl} what="The same request, signed, in a terminal" />
    </>
  );
}

function Head({ delivery }: { delivery: DeliveryDetail }) {
  const { id, callback, via, at, url, taskSid, reservationSid, handler, verdict, replayOf, replays } =
    delivery;
  const test = testFor(delivery);
  return (
    <header class="detail-head">
      <h2>
        Delivery {id} <DeliveryStatus delivery={delivery} />
      </h2>
      <div class="actions">
        <Replay id={id} />
        <CopyButton text={delivery.curl} what="Copy as curl" />
        {test === undefined ? null : <CopyButton text={test} what="Copy as a test" />}
      </div>
      <dl class="facts">
        <Fact name="Callback">{via === 'primary' ? callback : `${callback}, ${via}`}</Fact>
        <Fact name="Sent">{clockTime(at)}</Fact>
        <Fact name="Handler">{handler.value ?? `– (${handler.why})`}</Fact>
        <Fact name="Verdict">{verdict.value ?? `– (${verdict.why})`}</Fact>
        <Fact name="URL">{url}</Fact>
      </dl>
      <p class="links">
        {taskSid === null ? null : <a href={linkTo('tasks', taskSid)}>Task …{lastFour(taskSid)}</a>}
        {reservationSid === null ? null : (
          <span class="quiet" title={reservationSid}>
            Reservation …{lastFour(reservationSid)}
          </span>
        )}
        {replayOf === null ? null : <a href={linkTo('deliveries', String(replayOf))}>Replay of {replayOf}</a>}
        {replays.map((one) => (
          <a key={one} href={linkTo('deliveries', String(one))}>
            Replayed as {one}
          </a>
        ))}
      </p>
    </header>
  );
}

/** Sends it again: with a fresh key the handler runs again, with the same one the stored answer comes. */
function Replay({ id }: { id: number }) {
  const [state, setState] = useState<'idle' | 'sending' | string>('idle');
  const replay = async (newKey: boolean) => {
    setState('sending');
    try {
      const made = await post<DeliveryDetail>(`/deliveries/${id}/replay`, { newKey });
      setState('idle');
      go(linkTo('deliveries', String(made.id)));
    } catch (error) {
      setState(error instanceof Refused ? error.message : String(error));
    }
  };
  return (
    <>
      <button
        type="button"
        class="button primary"
        disabled={state === 'sending'}
        onClick={() => void replay(true)}
      >
        <Icon name="replay" /> {state === 'sending' ? 'Sending…' : 'Replay'}
      </button>
      <button
        type="button"
        class="button"
        disabled={state === 'sending'}
        title="With the same key: the stored answer comes back, and the handler does not run"
        onClick={() => void replay(false)}
      >
        Replay as a duplicate
      </button>
      {state === 'idle' || state === 'sending' ? null : (
        <p class="notice bad" role="alert">
          {state}
        </p>
      )}
    </>
  );
}

function Timing({ delivery: { timings, outcome } }: { delivery: DeliveryDetail }) {
  const { ms, limitMs, leftMs, endpointMs } = timings;
  const share = Math.min(100, (ms / limitMs) * 100);
  const own = endpointMs === null ? undefined : Math.min(100, (endpointMs / limitMs) * 100);
  const words =
    outcome === 'answered'
      ? `Answered in ${took(ms)}${endpointMs === null ? '' : `, ${took(endpointMs)} of it in the endpoint`}; ${took(leftMs)} of ${took(limitMs)} left`
      : `${outcome} after ${took(ms)} of ${took(limitMs)}`;
  return (
    <section class="timing" aria-label="Timing">
      <div class="timing-bar" aria-hidden="true">
        <span class={share > 50 ? 'late' : ''} style={{ width: `max(3px, ${share}%)` }} />
        {own === undefined ? null : <i style={{ width: `max(2px, ${own}%)` }} />}
      </div>
      <p>{words}</p>
    </section>
  );
}

function Answer({ delivery }: { delivery: DeliveryDetail }) {
  const { answer, contentType, status } = delivery;
  return (
    <section class="block">
      <h3>Answer</h3>
      {answer === null ? (
        <p class="quiet">No answer came.</p>
      ) : (
        <>
          <p class="quiet">
            {status} {contentType ?? 'no content type'}
          </p>
          {answer === '' ? <p class="quiet">The body is empty.</p> : <pre class="raw">{pretty(answer)}</pre>}
          <ByRest delivery={delivery} />
        </>
      )}
    </section>
  );
}

/** The other encoding of the same decision: what an update of the reservation by REST would be. */
function ByRest({ delivery: { instructionAs } }: { delivery: DeliveryDetail }) {
  if (instructionAs === null) return null;
  const { rest } = instructionAs;
  return (
    <>
      <h4>The same over REST</h4>
      <pre class="raw">
        {rest.length === 0
          ? "nothing: the worker's own screen decides"
          : rest.map(({ name, value }) => `${name}=${value}`).join('\n')}
      </pre>
    </>
  );
}

const LOG_TONES = { debug: 'quiet', info: 'quiet', warn: 'waits', error: 'bad' } as const;

/** What the endpoint logged while it decided. */
function Log({ delivery: { log } }: { delivery: DeliveryDetail }) {
  return (
    <section class="block">
      <h3>Log</h3>
      {log.length === 0 ? (
        <p class="quiet">
          No log lines. In dev, lines that a handler logs appear here; any other endpoint can send its lines
          to /_emulator/log.
        </p>
      ) : (
        <ol class="log">
          {log.map((line, index) => (
            <li key={index}>
              <time>{clockTime(line.at)}</time>
              <b class={LOG_TONES[line.level]}>{line.level}</b>
              <bdi>{line.message}</bdi>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Signature({
  delivery: { signatureVerdict: verdict, requestHeaders },
}: {
  delivery: DeliveryDetail;
}) {
  const tone = verdict.verdict === 'accepted' ? 'yes' : verdict.verdict === 'refused' ? 'no' : 'quiet';
  return (
    <section class="block">
      <h3>Signature</h3>
      <p class={tone}>
        <Icon
          name={
            verdict.verdict === 'accepted' ? 'check' : verdict.verdict === 'refused' ? 'cross' : 'question'
          }
        />{' '}
        {verdict.text}
      </p>
      <dl class="pairs">
        <dt>Signed URL</dt>
        <dd>{verdict.signedUrl}</dd>
        {Object.entries(requestHeaders).map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

const Pair = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>
      <bdi>{name}</bdi>
    </dt>
    <dd>
      <bdi>{value}</bdi>
    </dd>
  </>
);

function Parsed({ title, attributes }: { title: string; attributes: ParsedAttributes | null }) {
  if (attributes === null) return null;
  return (
    <section class="block">
      <h3>{title}</h3>
      {attributes.ok ? (
        <Tree value={attributes.value} label={title} />
      ) : (
        <>
          <p class="no">No JSON: {attributes.message}</p>
          <pre class="raw">{attributes.text}</pre>
        </>
      )}
    </section>
  );
}

function Form({ delivery: { parameters } }: { delivery: DeliveryDetail }) {
  return (
    <details class="block form" open>
      <summary>
        <h3>Form, as it was sent</h3>
      </summary>
      <dl class="pairs">
        {Object.entries(parameters).map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </details>
  );
}
