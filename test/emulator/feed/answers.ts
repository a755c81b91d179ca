import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Emulator } from 'taskrouter-kit/emulator';
import { expect } from 'vitest';

const document = JSON.parse(readFileSync(new URL('../../../emulator.openapi.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'openapi', ...document });

/** Holds data to a schema of the OpenAPI file. */
export function isA(name: string, data: unknown): void {
  const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);
  if (!validate) throw new Error(`the document has no schema ${name}`);
  const fits = validate(data);
  expect(fits ? [] : validate.errors?.slice(0, 5), `a ${name}`).toEqual([]);
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the schema says.
type Any = any;

/** Asks a route; the answer is held to the schema that the document has for it. */
export async function ask(
  emulator: Pick<Emulator, 'url'>,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Any }> {
  const response = await fetch(`${emulator.url}/_emulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Any;
  const [plain] = path.split('?');
  const documented = Object.keys(document.paths).find((one) =>
    new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain!),
  );
  const operation = documented && document.paths[documented][method.toLowerCase()];
  if (operation) {
    const of = operation.responses[response.status] ?? operation.responses.default;
    const { schema } = of.content['application/json'];
    for (const one of schema.$ref ? [schema] : []) isA(one.$ref.split('/').at(-1), answer);
  } else {
    expect(response.status).toBeGreaterThanOrEqual(400);
  }
  return { status: response.status, body: answer };
}
