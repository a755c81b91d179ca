// Extracts names and types of every TaskRouter operation from Twilio's OpenAPI file
// (github.com/twilio/twilio-oai, spec/json/twilio_taskrouter_v1.json) into test/rest/operations-spec.json.
//
//   node scripts/extract-rest-spec.js [path of the OpenAPI file]

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const OPENAPI_FILE = new URL('../../shared/reference/taskrouter-openapi.json', import.meta.url);
export const SPEC_FILE = new URL('../test/rest/operations-spec.json', import.meta.url);

/** What an OpenAPI document says, by operationId: method and path, parameters, properties, the key of a list. */
export function extractSpec(openapi) {
  const resolve = (schema) =>
    schema?.$ref
      ? schema.$ref
          .slice(2)
          .split('/')
          .reduce((node, key) => node[key], openapi)
      : schema;

  const typeOf = (declared) => {
    const schema = resolve(declared) ?? {};
    const sid = /^\^([A-Z]{2})\[0-9a-fA-F\]/.exec(schema.pattern ?? '');
    if (sid) return `sid ${sid[1]}`;
    if (schema.minLength === 34 && schema.maxLength === 34) return 'sid';
    if (schema.enum) return schema.enum.join('|');
    if (schema.type === 'array') return `array of ${typeOf(schema.items)}`;
    if (['date-time', 'date-time-rfc-2822', 'uri', 'uri-map'].includes(schema.format)) return schema.format;
    return schema.type ?? 'any';
  };

  const typesOf = (properties, required = []) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [
        required.includes(name) ? `${name}!` : name,
        typeOf(schema),
      ]),
    );

  const specOf = (method, path, operation) => {
    const parameters = operation.parameters ?? [];
    const inPath = parameters.filter((one) => one.in === 'path');
    const others = parameters.filter((one) => one.in !== 'path');
    const [media, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
    const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
    const schema = resolve(answer?.[1].content?.['application/json']?.schema);
    const list = Object.keys(schema?.properties ?? {}).find(
      (name) => schema.properties.meta && name !== 'meta',
    );
    const resource = list ? resolve(schema.properties[list].items) : schema;
    return {
      http: `${method.toUpperCase()} ${path}`,
      path: typesOf(Object.fromEntries(inPath.map((one) => [one.name, one.schema]))),
      params: {
        ...typesOf(
          Object.fromEntries(others.map((one) => [one.name, one.schema])),
          others.filter((one) => one.required).map((one) => one.name),
        ),
        ...typesOf(body?.schema.properties ?? {}, body?.schema.required),
      },
      ...(media === undefined ? {} : { media }),
      status: Number(answer?.[0]),
      ...(list === undefined ? {} : { list }),
      returns: typesOf(resource?.properties ?? {}),
    };
  };

  return Object.fromEntries(
    Object.entries(openapi.paths)
      .flatMap(([path, item]) =>
        Object.entries(item)
          .filter(([, operation]) => operation.operationId)
          .map(([method, operation]) => [operation.operationId, specOf(method, path, operation)]),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const source = process.argv[2] ?? fileURLToPath(OPENAPI_FILE);
  const spec = extractSpec(JSON.parse(readFileSync(source, 'utf8')));
  writeFileSync(SPEC_FILE, `${JSON.stringify(spec, null, 2)}\n`);
  console.log(`${Object.keys(spec).length} operations in ${fileURLToPath(SPEC_FILE)}`);
}
