import { TaskRouterKitError } from '../errors.js';

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

/**
 * Options for the official `twilio` package: requests for TaskRouter go to `baseUrl`, whatever region or edge the
 * client is set to; others are refused, for nothing there answers them. The type is that of the place they are used
 * in: the package's own type for an HTTP client has private members that nothing else can have.
 *
 * @param baseUrl - where the emulator is, as `taskrouter emulate` prints it.
 * @example
 * const client = twilio(accountSid, authToken, twilioOptions('http://127.0.0.1:8080'));
 */
export function twilioOptions<Options extends object = TwilioOptions>(
  baseUrl: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Options {
  const options: TwilioOptions = {
    httpClient: {
      async request({ method, uri, username, password, headers, params, data, timeout }) {
        const { pathname, search } = new URL(uri);
        if (!pathname.startsWith('/v1/Workspaces')) {
          throw new TaskRouterKitError(
            'only-taskrouter',
            'The emulator answers TaskRouter alone; use another client for the rest.',
          );
        }
        const url = new URL(pathname + search, baseUrl);
        for (const [name, value] of pairs(params)) url.searchParams.append(name, value);
        const sent = new Headers(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
        if (username !== undefined) {
          sent.set(
            'authorization',
            `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`,
          );
        }
        const json = sent.get('content-type')?.includes('json') ?? false;
        const body =
          data === undefined
            ? null
            : json
              ? JSON.stringify(data)
              : new URLSearchParams(pairs(data)).toString();
        const signal = timeout === undefined ? null : AbortSignal.timeout(timeout);
        const response = await fetch(url, { method, headers: sent, body, signal });
        return {
          statusCode: response.status,
          body: await response.text(),
          headers: Object.fromEntries(response.headers),
        };
      },
    },
  };
  return options as object as Options;
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
