import express, { type RequestHandler } from 'express';

/** As many as the parser of the other kind of forms takes. */
const MOST_FIELDS = 1_000;

/**
 * Reads `multipart/form-data` as a form: what clients of before 2020 and `curl -F` send. A file counts as its text.
 *
 * @param limit - the greatest size of a body, as express.raw takes it.
 */
export function multipart(limit: string): RequestHandler[] {
  return [express.raw({ type: 'multipart/form-data', limit }), fields];
}

const fields: RequestHandler = async (request, _response, next) => {
  const body: unknown = request.body;
  if (Buffer.isBuffer(body)) request.body = await read(body, request.get('content-type') ?? '');
  next();
};

async function read(body: Buffer, type: string): Promise<Readonly<Record<string, string | string[]>>> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw unreadable('The body is not multipart/form-data', cause);
  }
  const values = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of form) {
    count += 1;
    if (count > MOST_FIELDS) throw unreadable(`The body has more than ${MOST_FIELDS} fields`);
    const text = typeof value === 'string' ? value : await value.text();
    const before = values.get(name);
    values.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(values);
}

/** An error the API answers with 400, as it does those of the other parsers. */
const unreadable = (message: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { status: 400 });
