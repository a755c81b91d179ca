import { MAX_BODY_BYTES } from './form.js';
import { pathBelow } from './node.js';
import { problem } from './problem.js';
import { publicUrls } from './public-url.js';
import type { AdapterParts, CallbackRequest, CallbackResponse, ReceivedBody } from './types.js';
import { hold, letGo, type UnfinishedBody } from './unfinished-bodies.js';

/**
 * Answers a standard `Request`; a path that is not under `basePath` gets 404. With a URL it takes `init` as `fetch`
 * does, so that it can stand in for it; beside a Request the second argument is the platform's own and ignored.
 */
export type FetchHandler = (request: Request | URL | string, init?: unknown) => Promise<Response>;

export interface FetchOptions {
  /**
   * The platform's function that keeps a process running after its answer, often `ctx.waitUntil`; in your own server,
   * `() => {}`. Without it nothing can go on after the answer, so handlers cannot defer it.
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** The adapter for `Request` and `Response`. The URL is the public one, or `request.url`. */
export function fetchAdapter(
  { handle, clock, publicUrl, basePath }: AdapterParts,
  { waitUntil }: FetchOptions = {},
): FetchHandler {
  return async (given, init) => {
    const request = isUrl(given) ? new Request(given, init as RequestInit | undefined) : given;
    const { pathname, search } = new URL(request.url);
    const callback: CallbackRequest = {
      method: request.method,
      path: pathBelow(basePath, pathname),
      target: pathname + search,
      // A platform joins several with a comma.
      host: request.headers.get('host')?.includes(',') ? 'several' : 'good',
      receivedAt: clock.now(),
      urls: () => (publicUrl ? publicUrls(publicUrl, pathname + search) : [request.url]),
      header: (name) => request.headers.get(name) ?? undefined,
      body: (timeoutMs, done) => void readFetchBody(request, timeoutMs).then(done),
      waitUntil,
    };
    const result = await new Promise<CallbackResponse | undefined>((resolve) => handle(callback, resolve));
    const { status, headers, body } =
      result ?? problem(404, 'unknown-path', 'There is nothing at this path.');
    return new Response(status === 204 ? null : body, { status, headers });
  };
}

/** Not `instanceof Request`: platforms and polyfills have classes of their own. */
const isUrl = (given: Request | URL | string): given is URL | string =>
  typeof given === 'string' || given instanceof URL;

async function readFetchBody(request: Request, timeoutMs: number): Promise<ReceivedBody> {
  if (request.bodyUsed || request.body?.locked) return { failure: 'consumed' };
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > MAX_BODY_BYTES) return { failure: 'too-large' };
  if (!request.body) return { bytes: '' };
  const reader = request.body.getReader();
  let timer: NodeJS.Timeout | undefined;
  let cut = () => {};
  const end = new Promise<'slow' | 'crowded'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'slow');
    cut = () => resolve('crowded');
  });
  const unfinished: UnfinishedBody = { bytes: 0, cut };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), end]);
      if (typeof read === 'string') return { failure: read };
      if (read.done) return { bytes: Buffer.concat(chunks) };
      size += read.value.length;
      if (size > MAX_BODY_BYTES) return { failure: 'too-large' };
      chunks.push(read.value);
      if (size !== announced) hold(unfinished, read.value.length);
    }
  } catch {
    return { failure: 'aborted' };
  } finally {
    clearTimeout(timer);
    letGo(unfinished);
    reader.cancel().catch(() => {});
  }
}
