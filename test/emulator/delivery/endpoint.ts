import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as an endpoint got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

/** What an endpoint answers: the JSON of an instruction, or a whole answer; `never`: none at all. */
export type Reply =
  | object
  | 'never'
  | {
      readonly status?: number;
      readonly type?: string;
      readonly text?: string;
      readonly headers?: Record<string, string>;
    };

/** A small HTTP server on this machine that notes what it gets and answers as told. */
export async function startEndpoint(reply: (request: Received) => Reply | Promise<Reply>) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const got = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, form };
    received.push(got);
    const answer = await reply(got);
    if (answer === 'never') return;
    const whole = 'status' in answer || 'text' in answer || 'type' in answer;
    const {
      status = 200,
      type = 'application/json',
      text = '',
      headers = {},
    } = whole ? (answer as never) : {};
    response.writeHead(status, { 'content-type': type, ...(headers as object) });
    response.end(whole ? text : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
