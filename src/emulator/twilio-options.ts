/** A request of the official Node client, as its `RequestClient` gets it. */
export interface TwilioRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly headers?: object | undefined;
  readonly params?: object | undefined;
  readonly data?: object | undefined;
  readonly timeout?: number | undefined;
}

/** An answer as the official Node client takes it. */
export interface TwilioResponse {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The options that make the official client talk to an emulator. */
export interface TwilioOptions {
  readonly httpClient: { request(options: TwilioRequest): Promise<TwilioResponse> };
}

/** How requests go on. */
export interface OtherRequests {
  /**
   * The HTTP client for every product but TaskRouter, such as a `RequestClient` of the official package or a stand-in.
   * Default: they go to where they were addressed, with `fetch`.
   */
  readonly httpClient?: { request(options: never): Promise<unknown> } | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Options for the official `twilio` package: requests for TaskRouter go to `baseUrl`, whatever region or edge the
 * client is set to. Other products are left alone: their requests go where they would have gone. The type is that of
 * the place they are used in: the package's own type for an HTTP client has private members that nothing else can have.
 *
 * @param baseUrl - where the emulator is, as `taskrouter emulate` prints it.
 * @example
 * const client = twilio(accountSid, authToken, twilioOptions('http://127.0.0.1:8080'));
 * @example
 * // Calls and messages by an HTTP client of your own, here one that a test looks at.
 * const options = twilioOptions('http://127.0.0.1:8080', { httpClient: recorder });
 */
export function twilioOptions<Options extends object = TwilioOptions>(
  baseUrl: string,
  { httpClient, fetch = globalThis.fetch }: OtherRequests = {},
): Options {
  const options: TwilioOptions = {
    httpClient: {
      request(request) {
        const asked = new URL(request.uri);
        if (isTaskRouter(asked)) {
          return send(request, new URL(asked.pathname + asked.search, baseUrl), fetch);
        }
        if (httpClient) return httpClient.request(request as never) as Promise<TwilioResponse>;
        return send(request, asked, fetch);
      },
    },
  };
  return options as object as Options;
}

/**
 * By its path, because a client with a region or an edge rewrites the host, that of a next page's URL too. No other
 * product has such paths.
 */
const isTaskRouter = ({ hostname, pathname }: URL) =>
  /^taskrouter\..*twilio\.com$/.test(hostname) || /^\/v1\/Workspaces(\/|$)/.test(pathname);

async function send(
  { method, username, password, headers, params, data, timeout }: TwilioRequest,
  to: URL,
  fetch: typeof globalThis.fetch,
): Promise<TwilioResponse> {
  const url = new URL(to);
  for (const [name, value] of pairs(params)) url.searchParams.append(name, value);
  const sent = new Headers(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
  if (username !== undefined) {
    sent.set('authorization', `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`);
  }
  // The oldest clients say nothing of the form of their bodies, or that it is one of several parts.
  const json = sent.get('content-type')?.includes('json') ?? false;
  const body =
    data === undefined || /^get$/i.test(method)
      ? null
      : json
        ? JSON.stringify(data)
        : new URLSearchParams(pairs(data)).toString();
  if (body !== null && !json) sent.set('content-type', 'application/x-www-form-urlencoded');
  const signal = timeout === undefined ? null : AbortSignal.timeout(timeout);
  const response = await fetch(url, { method: method.toUpperCase(), headers: sent, body, signal });
  return {
    statusCode: response.status,
    body: await response.text(),
    headers: Object.fromEntries(response.headers),
  };
}

/** Names and values, once for each item of a list. */
function pairs(fields: object | undefined): [string, string][] {
  return Object.entries(fields ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null
      ? []
      : [value]
          .flat()
          .map((one): [string, string] => [name, one instanceof Date ? one.toISOString() : String(one)]),
  );
}
