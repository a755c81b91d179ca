import { batch, signal } from '@preact/signals';
import { ask } from './api.js';
import { clockKind, setClock } from './now.js';
import {
  deliveries,
  faults,
  forget,
  info,
  isLoaded,
  takeBatch,
  takeRows,
  tasks,
  workspaces,
} from './store.js';
import type { Batch, DeliveryPage, Hello, Rows, TaskPage } from './types.js';

/** `paused`: the tab is hidden, so nothing is read. `lost`: nobody answers, and it is tried again. */
export type ConnectionState = 'connecting' | 'live' | 'paused' | 'lost';

export const connection = signal<ConnectionState>('connecting');
/** What a restart has cost, for people; null: nothing to say. */
export const lostText = signal<string | null>(null);

const RETRY_MS = 1_000;
const PAGE = 1_000;
/** Between two pages of old items, so that the page stays quick. */
const PAUSE_MS = 60;

let source: EventSource | undefined;
let lastEventId = '';
let retry: number | undefined;
/** Only the newest reading of the lists counts. */
let reading = 0;
/** The lists have been read since something was missed. */
let hasLists = false;
/** What came while the lists are read: the answer may be older. */
let meanwhile: Pick<Batch, 'seq' | 'rows' | 'removed'>[] = [];
let waiting: Batch[] = [];
let frame: number | undefined;

/** Follows the stream while the tab is shown. */
export function connect(): void {
  document.addEventListener('visibilitychange', () => (document.hidden ? pause() : open()));
  // A page that the browser keeps for the back button must not keep a stream.
  addEventListener('pagehide', pause);
  addEventListener('pageshow', ({ persisted }) => persisted && open());
  if (document.hidden) connection.value = 'paused';
  else open();
}

function pause(): void {
  close();
  connection.value = 'paused';
}

function close(): void {
  source?.close();
  source = undefined;
  clearTimeout(retry);
}

function open(): void {
  close();
  if (connection.value !== 'lost') connection.value = 'connecting';
  const since = lastEventId === '' ? '' : `&since=${encodeURIComponent(lastEventId)}`;
  const stream = new EventSource(`/_emulator/stream?rows=true${since}`);
  source = stream;
  stream.addEventListener('hello', (event) => hello(event));
  stream.addEventListener('batch', (event) => {
    lastEventId = event.lastEventId;
    waiting.push(JSON.parse(event.data) as Batch);
    if (frame === undefined) frame = requestAnimationFrame(take);
  });
  stream.addEventListener('error', () => {
    if (source !== stream) return;
    connection.value = 'lost';
    // A browser gives up where it was refused; and it would begin with the place this page was opened at.
    close();
    retry = window.setTimeout(open, RETRY_MS);
  });
}

/** What came since the last frame is shown at once. */
function take(): void {
  frame = undefined;
  const news = waiting;
  waiting = [];
  for (const one of news) {
    if (one.more.tasks + one.more.deliveries > 0) void readLists();
    if (!hasLists) meanwhile.push({ seq: one.seq, rows: one.rows, removed: one.removed });
    takeBatch(one);
  }
}

function hello(event: MessageEvent<string>): void {
  const { how, ...about } = JSON.parse(event.data) as Hello;
  const before = info.value;
  lastEventId = event.lastEventId;
  clockKind.value = about.clock;
  info.value = about;
  faults.value = about.faults;
  setClock(about.now);
  connection.value = 'live';
  if (how === 'resumed' && hasLists) return;
  if (how === 'restarted' || (before && before.instance !== about.instance)) {
    lostText.value =
      about.lost.text ??
      'The TaskRouter was restarted. Earlier tasks, deliveries and explanations are gone; the page continues with what there is now.';
    forget();
  }
  void readLists();
}

/** Reads what there is: the newest first, older items while nothing else is to do. */
async function readLists(): Promise<void> {
  reading += 1;
  const mine = reading;
  hasLists = false;
  meanwhile = [];
  try {
    const [floor, taskPage, deliveryPage] = await Promise.all([
      ask<Rows>('/rows'),
      ask<TaskPage>('/tasks?limit=200'),
      ask<DeliveryPage>('/deliveries?limit=200'),
    ]);
    if (mine !== reading) return;
    batch(() => {
      workspaces.value = new Map(floor.rows.map((one) => [one.sid, one]));
      isLoaded.value = true;
      for (const one of meanwhile) if (one.seq > floor.seq) takeRows(one);
    });
    hasLists = true;
    meanwhile = [];
    tasks.put(taskPage.tasks);
    deliveries.put(deliveryPage.deliveries);
    await older(mine, '/tasks', taskPage.next, async (path) => {
      const page = await ask<TaskPage>(path);
      tasks.put(page.tasks);
      return page.next;
    });
    await older(mine, '/deliveries', deliveryPage.next, async (path) => {
      const page = await ask<DeliveryPage>(path);
      deliveries.put(page.deliveries);
      return page.next;
    });
  } catch {
    // The stream notices that nobody answers, and what comes after it reads the lists again.
    if (mine === reading && connection.value === 'live') retry = window.setTimeout(open, RETRY_MS);
  }
}

async function older(
  mine: number,
  path: string,
  first: number | null,
  read: (path: string) => Promise<number | null>,
): Promise<void> {
  let next = first;
  while (next !== null && mine === reading && !document.hidden) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    next = await read(`${path}?limit=${PAGE}&before=${next}`);
  }
}
