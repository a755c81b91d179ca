import type { TaskRouter } from 'taskrouter-kit';

/** The part used here of the event of a function URL or an HTTP API (payload version 2.0). */
export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * Makes a Lambda handler. Give the router `publicUrl` (the URL you gave Twilio) and `redisStore`: each instance has
 * its own memory. Without `waitUntil`, nothing can go on after the answer, so `defer(run)` is refused.
 */
export function lambdaHandler(taskRouter: TaskRouter) {
  const answer = taskRouter.fetch();
  return async (event: HttpEvent) => {
    const url = `https://${event.headers.host}${event.rawPath}${event.rawQueryString && `?${event.rawQueryString}`}`;
    const headers = new Headers();
    for (const [name, value] of Object.entries(event.headers))
      if (value !== undefined) headers.set(name, value);
    const { method } = event.requestContext.http;
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    const request = new Request(url, { method, headers, body: method === 'GET' ? null : body });
    const response = await answer(request);
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}
