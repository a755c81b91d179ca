import { deliveries, isLoaded, workspace } from '../data/store.js';
import type { DeliverySummary } from '../data/types.js';
import { Empty, Sid } from '../parts/copy.js';
import { Choice, Search } from '../parts/filters.js';
import { DeliveryStatus, toneOf } from '../parts/status.js';
import { Unseen } from '../parts/unseen.js';
import { VirtualList } from '../parts/virtual-list.js';
import { linkWith, route, setParams } from '../route.js';
import { clockTime, counted, took } from '../text.js';
import { DeliveryDetails } from './detail.js';

const KINDS = [
  ['assignment', 'assignment callbacks'],
  ['event', 'event callbacks'],
  ['status', 'status callbacks of calls'],
  ['twiml', 'requests for TwiML'],
  ['replay', 'replays'],
] as const;
const RESULTS = [
  ['problem', 'with a problem'],
  ['good', 'without one'],
] as const;

/** Every request to a callback URL, and all about the one that is chosen. */
export function Deliveries() {
  const { id, params } = route.value;
  const here = workspace.value;
  const filter = {
    kind: params.get('kind') ?? '',
    result: params.get('result') ?? '',
    search: params.get('search') ?? '',
  };
  const all = deliveries.list.filter(({ workspaceSid }) => workspaceSid === here?.sid || here === undefined);
  const shown = all.filter((one) => fits(one, filter)).reverse();
  const isFiltered = filter.kind !== '' || filter.result !== '' || filter.search !== '';
  return (
    <div class={id === undefined ? 'split' : 'split chosen'}>
      <section class="panel list-panel" aria-label="Deliveries">
        <h1 class="sr-only">Deliveries</h1>
        <search class="filters">
          <Choice label="Kind" value={filter.kind} options={KINDS} onChange={(kind) => setParams({ kind })} />
          <Choice
            label="Result"
            value={filter.result}
            options={RESULTS}
            onChange={(result) => setParams({ result })}
          />
          <Search
            value={filter.search}
            what="SID, handler, event"
            onChange={(search) => setParams({ search })}
          />
        </search>
        <p class="count" role="status">
          {isFiltered
            ? `${counted(shown.length, 'delivery', 'deliveries')} of ${all.length.toLocaleString('en')}`
            : counted(shown.length, 'delivery', 'deliveries')}
          {isFiltered ? <a href={linkWith({ kind: null, result: null, search: null })}>Show all</a> : null}
        </p>
        {shown.length > 0 ? (
          <DeliveryList items={shown} chosen={id === undefined ? undefined : Number(id)} />
        ) : isLoaded.value && !isFiltered ? (
          <Empty
            title="No callback has been sent yet"
            command={`curl ${location.origin}/_emulator/tasks -H 'Content-Type: application/json' -d '{"attributes": {"type": "ticket"}}'`}
          >
            A callback goes out when a task is reserved for a worker, and its workflow has an assignment
            callback URL.
          </Empty>
        ) : null}
      </section>
      {id === undefined ? null : (
        <section class="panel detail-panel" aria-label="The chosen delivery">
          <DeliveryDetails key={id} id={Number(id)} />
        </section>
      )}
    </div>
  );
}

function fits(
  one: DeliverySummary,
  { kind, result, search }: { readonly kind: string; readonly result: string; readonly search: string },
): boolean {
  const text = search.toLowerCase();
  const isKind = kind === '' || (kind === 'replay' ? one.via === 'replay' : one.callback === kind);
  const isResult = result === '' || (toneOf(one) === 'good') === (result === 'good');
  const texts = [
    one.taskSid,
    one.reservationSid,
    one.handler.value,
    one.eventType,
    one.instruction,
    String(one.id),
  ];
  return isKind && isResult && (text === '' || texts.some((value) => value?.toLowerCase().includes(text)));
}

function DeliveryList({ items, chosen }: { items: readonly DeliverySummary[]; chosen: number | undefined }) {
  return (
    <div class="table deliveries">
      <div class="head" aria-hidden="true">
        <span>Answer</span>
        <span class="at">Sent</span>
        <span>What</span>
        <span class="task">Task</span>
        <span class="handler">Handler</span>
        <span class="verdict">Verdict</span>
        <span class="number">Took</span>
      </div>
      <VirtualList
        label="Deliveries, newest first"
        count={items.length}
        keyAt={(index) => items[index]!.id}
        {...(chosen === undefined ? {} : { chosen: items.findIndex(({ id }) => id === chosen) })}
        row={(index, tabIndex) => (
          <Row delivery={items[index]!} isChosen={items[index]!.id === chosen} tabIndex={tabIndex} />
        )}
      />
    </div>
  );
}

function Row({
  delivery,
  isChosen,
  tabIndex,
}: {
  delivery: DeliverySummary;
  isChosen: boolean;
  tabIndex: 0 | -1;
}) {
  const { id, callback, via, at, ms, limitMs, eventType, taskSid, instruction } = delivery;
  const { handler, verdict, replayOf } = delivery;
  const what = callback === 'assignment' ? (instruction ?? 'assignment') : eventType;
  return (
    <a
      class="row"
      href={linkWith({}, String(id))}
      tabIndex={tabIndex}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span>
        <DeliveryStatus delivery={delivery} />
      </span>
      <span class="at quiet">{clockTime(at)}</span>
      <span class={callback === 'assignment' ? 'strong' : 'quiet'}>
        <Unseen>delivery {id}, </Unseen>
        <bdi>{what}</bdi>
        {via === 'primary' ? null : (
          <small class="via">{replayOf === null ? via : `replay of ${replayOf}`}</small>
        )}
      </span>
      <span class="task">{taskSid === null ? '' : <Sid sid={taskSid} />}</span>
      <span class="handler">
        {handler.value === null ? (
          <span class="quiet" title={handler.why}>
            –
          </span>
        ) : (
          <bdi>{handler.value}</bdi>
        )}
      </span>
      <span class="verdict quiet" title={verdict.why ?? undefined}>
        {verdict.value ?? '–'}
      </span>
      <span class={ms > limitMs / 2 ? 'number bad' : 'number quiet'}>{took(ms)}</span>
    </a>
  );
}
