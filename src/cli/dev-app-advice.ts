import type { Delivery } from '../emulator/index.js';

/** Where an app may have mounted the router, besides the place that was given and those above it. */
const USUAL_PLACES = [
  '/',
  '/taskrouter',
  '/api/taskrouter',
  '/webhooks/taskrouter',
  '/hooks/taskrouter',
  '/twilio/taskrouter',
];
const ASK_MS = 2_000;

export interface AppAdviceParts {
  /** What was given as `--url`. */
  readonly app: string;
  /** Where the token is that the app must have: `of .env.local`. */
  readonly tokenIsIn: string;
  readonly tell: (text: string, facts: object) => void;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Says what is wrong when an app refuses callbacks, and what to do: once for each kind of trouble, and again when it
 * comes back after the route has taken a callback.
 */
export class AppAdvice {
  readonly #parts: AppAdviceParts;
  /** What has been told, and the path it was about. */
  readonly #told = new Map<string, string>();
  #search: Promise<string | undefined> | undefined;

  constructor(parts: AppAdviceParts) {
    this.#parts = parts;
  }

  /** Hears of a callback that was sent. */
  hear({ url, outcome, status = 0, answer, contentType }: Delivery): void {
    if (outcome !== 'answered') return;
    const { pathname } = new URL(url);
    if (status >= 200 && status < 300) {
      this.#search = undefined;
      for (const [key, path] of this.#told) if (path === pathname) this.#told.delete(key);
      return;
    }
    const own = ownProblem(contentType, answer);
    if (own) this.#refused(url, pathname, status, own);
    else if (NO_ROUTE.has(status)) void this.#noRoute(url, pathname, status);
    else if (status === 401 || status === 403) this.#refused(url, pathname, status, undefined);
    else if (status >= 300 && status < 400) {
      const text = `Your app redirects ${url} (${status}), but Twilio posts to the URL it was given. Give dev the URL that the app redirects to.`;
      this.#once(`${status}`, pathname, text, { url, status });
    }
  }

  #refused(url: string, pathname: string, status: number, own: OwnProblem | undefined): void {
    const isSignature = own === undefined || own.code === 'signature-mismatch';
    const advice = isSignature
      ? ` Set the TWILIO_AUTH_TOKEN ${this.#parts.tokenIsIn} in your app and restart it; make sure that it verifies exactly this URL.`
      : '';
    this.#once(
      own?.code ?? `${status}`,
      pathname,
      `Your app refused a callback to ${url} (${status})${own ? `: ${own.detail}` : '.'}${advice}`,
      { url, status, ...(own ? { code: own.code } : {}) },
    );
  }

  async #noRoute(url: string, pathname: string, status: number): Promise<void> {
    const { app, fetch = globalThis.fetch } = this.#parts;
    this.#search ??= findRouter(app, fetch);
    const found = await this.#search;
    const nothing = `Your app has no route POST ${url} (${status}).`;
    if (found !== undefined) {
      const text = `${nothing} Its router is at ${found}: restart dev with --url ${found}`;
      this.#once('moved', pathname, text, { url, status, found });
    } else {
      const text = `${nothing} ${whatToMount(new URL(app).pathname, pathname)}`;
      this.#once(`${status} ${pathname}`, pathname, text, { url, status });
    }
  }

  #once(key: string, pathname: string, text: string, facts: object): void {
    if (this.#told.has(key)) return;
    this.#told.set(key, pathname);
    this.#parts.tell(text, { event: 'advice', ...facts });
  }
}

/** What an app answers where it has no route, or none for POST. */
const NO_ROUTE = new Set([404, 405]);

function whatToMount(mount: string, called: string): string {
  if (called.endsWith('/events'))
    return 'Answer 204 there if you want events; tasks do not need them. The same answer is not shown again.';
  return `Mount the router there, as in app.use('${mount}', taskRouter.express()), or restart dev with the --url where it is. If your app has its own routes, name them in a workspace file: assignmentCallbackUrl.`;
}

interface OwnProblem {
  readonly code: string;
  readonly detail: string;
}

/** What an app that uses this package says itself. */
function ownProblem(contentType: string | undefined, answer: string | undefined): OwnProblem | undefined {
  if (contentType?.startsWith('application/problem+json') !== true) return undefined;
  try {
    const { code, detail } = JSON.parse(answer ?? '') as Readonly<Record<string, unknown>>;
    return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : undefined;
  } catch {
    return undefined;
  }
}

/** Where the router of this package answers in an app: it says to a GET that it takes POST alone. */
export async function findRouter(app: string, fetch: typeof globalThis.fetch): Promise<string | undefined> {
  const { origin, pathname } = new URL(app);
  const parts = pathname.split('/').filter((part) => part !== '');
  const above = parts.map((_, index) => `/${parts.slice(0, index).join('/')}`).reverse();
  const below = above.map((path) => `${path === '/' ? '' : path}/taskrouter`);
  const places = [
    ...new Set([...above, `${pathname.replace(/\/+$/, '')}/taskrouter`, ...below, ...USUAL_PLACES]),
  ];
  const answers = await Promise.all(places.map((place) => isRouter(origin + place, fetch)));
  const at = answers.indexOf(true);
  return at < 0 ? undefined : `${origin}${places[at]}`;
}

async function isRouter(base: string, fetch: typeof globalThis.fetch): Promise<boolean> {
  try {
    const response = await fetch(`${base.replace(/\/+$/, '')}/assignment`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(ASK_MS),
    });
    const isOwn = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    await response.body?.cancel();
    return response.status === 405 && isOwn && response.headers.get('allow') === 'POST';
  } catch {
    return false;
  }
}
