import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The part of a JSON schema that Twilio's OpenAPI file uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** One operation of the file: where it is, what it takes and what it answers. */
export interface OpenApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Names of its parameters, save those of the path. */
  readonly params: readonly string[];
  readonly status: number;
  readonly schema: Schema | undefined;
}

export interface OpenApi {
  readonly operations: readonly OpenApiOperation[];
  /** What is wrong with an answer's body, place by place. */
  problems(schema: Schema, body: unknown): readonly string[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described | undefined>>>>;
}
interface Described {
  readonly operationId?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
interface Content {
  readonly schema?: Schema;
}

/**
 * Twilio's OpenAPI file (github.com/twilio/twilio-oai, spec/json/twilio_taskrouter_v1.json), which is not part of this
 * repository: `TASKROUTER_OPENAPI` names it, else it is looked for beside the checkout.
 */
export function findOpenApi(): string | undefined {
  const beside = ['../../../shared/reference', '../../../../shared/reference'].map((folder) =>
    fileURLToPath(new URL(`${folder}/taskrouter-openapi.json`, import.meta.url)),
  );
  return [process.env.TASKROUTER_OPENAPI ?? '', ...beside].find((file) => file !== '' && existsSync(file));
}

export function readOpenApi(file: string): OpenApi {
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  const resolve = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    let node: unknown = document;
    for (const key of schema.$ref.slice(2).split('/')) node = (node as Record<string, unknown>)[key];
    return resolve(node as Schema);
  };

  function problems(declared: Schema, value: unknown, at = 'body'): readonly string[] {
    const schema = resolve(declared);
    if (value === null) return schema.nullable ? [] : [`${at} is null`];
    if (schema.type === 'object') {
      if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`];
      if (schema.format === 'uri-map') {
        return Object.entries(value).flatMap(([name, url]) =>
          url === null ? [] : problems({ type: 'string', format: 'uri' }, url, `${at}.${name}`),
        );
      }
      const { properties = {} } = schema;
      return [
        ...Object.keys(value).flatMap((name) =>
          name in properties ? [] : [`${at}.${name} is not in the schema`],
        ),
        ...Object.entries(properties).flatMap(([name, property]) =>
          name in value
            ? problems(property, (value as never)[name], `${at}.${name}`)
            : [`${at}.${name} is missing`],
        ),
      ];
    }
    if (schema.type === 'array') {
      if (!Array.isArray(value)) return [`${at} is no array`];
      return value.flatMap((item, index) => problems(schema.items ?? {}, item, `${at}[${index}]`));
    }
    if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${at} is no integer`];
    if (schema.type === 'boolean') return typeof value === 'boolean' ? [] : [`${at} is no boolean`];
    if (schema.type !== 'string') return [];
    if (typeof value !== 'string') return [`${at} is no string`];
    const bad =
      (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) ||
      (schema.enum !== undefined && !schema.enum.includes(value)) ||
      (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) ||
      (schema.format === 'uri' && !URL.canParse(value));
    return bad ? [`${at} does not fit ${schema.pattern ?? schema.enum ?? schema.format}`] : [];
  }

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): OpenApiOperation[] => {
      if (operation?.operationId === undefined) return [];
      const [[status, answer] = ['0', undefined]] = Object.entries(operation.responses);
      const [form] = Object.values(operation.requestBody?.content ?? {});
      const named = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'path');
      return [
        {
          id: operation.operationId,
          method: method.toUpperCase(),
          path,
          params: [...named.map(({ name }) => name), ...Object.keys(form?.schema?.properties ?? {})],
          status: Number(status),
          schema: answer?.content?.['application/json']?.schema,
        },
      ];
    }),
  );
  return { operations, problems: (schema, body) => problems(schema, body) };
}
