// The OpenAPI file of the routes under /_emulator: its paths are listed here, its schemas are made of the types in
// src/emulator/feed/types.ts. Usage: node scripts/emulator-openapi.js writes emulator.openapi.json.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = `${root}emulator.openapi.json`;

/** @typedef {Record<string, unknown>} Json */

/** @param {string} name */
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
/** @param {Json} schema @param {string} [description] */
const ok = (schema, description = 'Success') => ({
  description,
  content: { 'application/json': { schema } },
});
/** @param {string} name */
const body = (name) => ({ required: true, content: { 'application/json': { schema: ref(name) } } });
/** @param {string} name @param {Json} schema @param {string} description */
const query = (name, schema, description) => ({ name, in: 'query', required: false, description, schema });
/** @param {string} name @param {string} description */
const inPath = (name, description) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
const limit = query(
  'limit',
  { type: 'integer', minimum: 1, maximum: 1000 },
  'At most so many. Default: 100.',
);
const before = query('before', { type: 'integer' }, 'Only what changed before this `seq`: the next page.');
const after = query('after', { type: 'integer' }, 'Only what changed after this `seq`.');
const workspace = query('workspace', { type: 'string' }, 'The SID of a workspace.');

/** @param {string} summary @param {Json} more @param {Json} answers */
const operation = (summary, more, answers) => ({
  summary,
  ...more,
  responses: { ...answers, default: ok(ref('Refusal'), 'Refused') },
});

const PATHS = {
  '/info': {
    get: operation('What runs, what is kept, what a restart has cost', {}, { 200: ok(ref('Info')) }),
  },
  '/openapi.json': {
    get: operation('This document', {}, { 200: ok({ type: 'object' }) }),
  },
  '/stream': {
    get: operation(
      'Server-sent events: `hello` (Hello) once, then `batch` (Batch), at most 10 a second',
      {
        parameters: [
          workspace,
          query(
            'rows',
            { enum: ['true'] },
            'Workspaces come in `rows`, with only the rows that changed, instead of whole in `workspaces`.',
          ),
          {
            name: 'Last-Event-ID',
            in: 'header',
            required: false,
            description: 'The id of the last message that came: what changed since is told first.',
            schema: { type: 'string' },
          },
        ],
      },
      {
        200: {
          description: 'The data of each message is one of these, as JSON on one line.',
          content: {
            'text/event-stream': { schema: { oneOf: [ref('Hello'), ref('Batch')] } },
          },
        },
      },
    ),
  },
  '/rows': {
    get: operation(
      'Every workspace in rows, without the queues of each worker: begin with it, go on with `stream?rows=true`',
      {},
      { 200: ok(ref('Rows')) },
    ),
  },
  '/workspaces': {
    get: operation('Every workspace as it stands', {}, { 200: ok(ref('Workspaces')) }),
  },
  '/workspaces/{sid}': {
    get: operation(
      'One workspace as it stands',
      { parameters: [inPath('sid', 'WS…')] },
      { 200: ok(ref('WorkspaceState')) },
    ),
  },
  '/workspaces/{sid}/findings': {
    get: operation(
      'What `taskrouter lint` says of a workspace as it stands, in dev and emulate',
      { parameters: [inPath('sid', 'A SID: WS…')] },
      { 200: ok(ref('WorkspaceFindings')) },
    ),
  },
  '/presets': {
    get: operation('Tasks that are offered under a name', {}, { 200: ok(ref('Presets')) }),
  },
  '/tasks': {
    get: operation(
      'Tasks, those that have ended too, the newest change first',
      {
        parameters: [
          workspace,
          query('status', { type: 'string' }, 'One status, or several with commas between.'),
          query('queue', { type: 'string' }, 'The SID of the present queue.'),
          query('worker', { type: 'string' }, 'The SID of a worker it is with.'),
          query(
            'search',
            { type: 'string' },
            'A part of the SID or of the attributes, in any case of letters.',
          ),
          limit,
          before,
          after,
        ],
      },
      { 200: ok(ref('TaskPage')) },
    ),
    post: operation(
      'Makes a task by names',
      { requestBody: body('NewTaskRequest') },
      { 201: ok(ref('NewTaskAnswer'), 'Made') },
    ),
  },
  '/tasks/{sid}': {
    get: operation(
      'A task with its journey',
      { parameters: [inPath('sid', 'WT…')] },
      { 200: ok(ref('TaskDetail')) },
    ),
    post: operation(
      'Changes a task, or ends it',
      { parameters: [inPath('sid', 'WT…')], requestBody: body('TaskAction') },
      { 200: ok(ref('TaskDetail')) },
    ),
  },
  '/tasks/{sid}/explain': {
    get: operation(
      'Why a task is where it is, or was at a moment; as text with `Accept: text/plain`',
      {
        parameters: [
          inPath('sid', 'WT…'),
          query('at', { type: 'integer' }, 'A moment, in milliseconds since 1970. Default: now.'),
        ],
      },
      {
        200: {
          description: 'Success',
          content: {
            'application/json': { schema: ref('ExplainedAt') },
            'text/plain': { schema: { type: 'string' } },
          },
        },
      },
    ),
  },
  '/deliveries': {
    get: operation(
      'Requests to callback URLs. Without parameters the newest 1,000 whole, oldest first; with any, summaries, newest first',
      {
        parameters: [
          query('task', { type: 'string' }, 'WT…'),
          query('reservation', { type: 'string' }, 'WR…'),
          query('callback', { enum: ['assignment', 'event', 'status', 'twiml'] }, 'The kind.'),
          query(
            'outcome',
            { enum: ['answered', 'timeout', 'connection', 'hung up', 'dropped'] },
            'What came of it.',
          ),
          limit,
          before,
          after,
        ],
      },
      { 200: ok({ anyOf: [ref('DeliveryPage'), ref('WholeDeliveries')] }) },
    ),
  },
  '/deliveries/{id}': {
    get: operation(
      'One request and what came of it',
      { parameters: [inPath('id', 'Its number.')] },
      { 200: ok(ref('DeliveryDetail')) },
    ),
  },
  '/deliveries/{id}/replay': {
    post: operation(
      'Sends it again, signed anew; the answer is shown and not carried out',
      {
        parameters: [inPath('id', 'Its number.')],
        requestBody: { ...body('ReplayRequest'), required: false },
      },
      { 201: ok(ref('DeliveryDetail'), 'Sent') },
    ),
  },
  '/debugger': {
    get: operation(
      "What Twilio's debugger would show: the newest 1,000, oldest first",
      {},
      { 200: ok(ref('DebuggerEntries')) },
    ),
  },
  '/calls': {
    get: operation('The simulated calls and conferences that go on', {}, { 200: ok(ref('CallsView')) }),
    post: operation(
      'Puts a simulated call into a queue, as `<Enqueue>` does',
      { requestBody: body('NewCallRequest') },
      { 201: ok(ref('NewCallAnswer'), 'Made') },
    ),
  },
  '/calls/{sid}': {
    post: operation(
      'Acts as who holds the phone',
      { parameters: [inPath('sid', 'CA…')], requestBody: body('CallAction') },
      { 200: ok(ref('CallsView')) },
    ),
  },
  '/what-if': {
    post: operation(
      "Where a task would go with other attributes or with a worker's change; touches nothing",
      { requestBody: body('WhatIfRequest') },
      { 200: ok(ref('WhatIf')) },
    ),
  },
  '/evaluate': {
    post: operation(
      'Runs an expression against a task and a worker',
      { requestBody: body('EvaluateRequest') },
      { 200: ok(ref('Evaluated')) },
    ),
  },
  '/log': {
    post: operation(
      "Takes lines of an endpoint's log, to be shown with the deliveries they are about",
      { requestBody: body('LogRequest') },
      { 201: ok(ref('LogTaken')) },
    ),
  },
  '/reservations/{sid}': {
    post: operation(
      'Acts as the worker of a reservation',
      { parameters: [inPath('sid', 'WR…')], requestBody: body('ReservationAction') },
      { 200: ok(ref('ReservationState')) },
    ),
  },
  '/workers/{sid}': {
    get: operation(
      'A worker as it stands, with its queues',
      { parameters: [inPath('sid', 'WK…')] },
      { 200: ok(ref('WorkerState')) },
    ),
    post: operation(
      'Changes a worker',
      { parameters: [inPath('sid', 'WK…')], requestBody: body('WorkerAction') },
      { 200: ok(ref('WorkerState')) },
    ),
  },
  '/staff': {
    post: operation(
      'Lets agents play until the connection ends',
      { requestBody: { ...body('StaffRequest'), required: false } },
      {
        200: {
          description:
            'One of these as JSON on each line: who plays, then what each of them does. A blank line every 30 s.',
          content: {
            'application/x-ndjson': {
              schema: { oneOf: [ref('StaffBegins'), ref('StaffAct'), ref('StaffMissed')] },
            },
          },
        },
      },
    ),
  },
  '/tokens': {
    post: operation(
      'Makes an access token for the Worker SDK',
      { requestBody: body('AccessTokenRequest') },
      { 201: ok(ref('AccessTokenAnswer'), 'Made') },
    ),
  },
  '/clock': {
    get: operation('The time', {}, { 200: ok(ref('ClockState')) }),
    post: operation(
      'Lets virtual time pass',
      {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { advance: { type: ['string', 'integer'] } },
                required: ['advance'],
              },
            },
          },
        },
      },
      { 200: ok(ref('ClockState')) },
    ),
  },
  '/faults': {
    get: operation('The faults that are on', {}, { 200: ok(ref('Faults')) }),
    post: operation(
      'Switches faults on or off',
      { requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } } },
      { 200: ok(ref('Faults')) },
    ),
    delete: operation('Switches every fault off', {}, { 200: ok(ref('Faults')) }),
  },
};

/** The document as it should be. */
export function openApi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'taskrouter-kit: the local TaskRouter, /_emulator',
      version: '1',
      description:
        "What runs in the emulator, as it happens, and everything a page or a tool can do with it. Twilio's own API is under /v1. No credentials: the port is this machine's alone.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:8080/_emulator' }],
    security: [],
    paths: PATHS,
    components: { schemas: schemas() },
  };
}

/** The schema of every type that `types.ts` exports, and of those they refer to. */
function schemas() {
  const entry = `${root}src/emulator/feed/types.ts`;
  const program = ts.createProgram([entry], {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error('types.ts cannot be read');
  /** @type {Map<ts.Symbol, string>} by the symbol a type is declared with */
  const named = new Map();
  /** @type {Record<string, Json>} */
  const made = {};
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    named.set(symbol, exported.name);
  }
  for (const [symbol, name] of named)
    made[name] = documented(symbol, shape(checker.getDeclaredTypeOfSymbol(symbol)));
  return Object.fromEntries(Object.entries(made).sort(([a], [b]) => a.localeCompare(b)));

  /** @param {ts.Symbol} symbol @param {Json} schema */
  function documented(symbol, schema) {
    const text = ts
      .displayPartsToString(symbol.getDocumentationComment(checker))
      .replaceAll(/\{@link (\w+)\}/g, '$1')
      .replaceAll(/\s*\n\s*/g, ' ');
    if (text === '') return schema;
    return { description: text, ...schema };
  }

  /** @param {ts.Type} type @returns {Json} */
  function schemaOf(type) {
    // Any JSON at all: it is defined by itself.
    if (type.aliasSymbol?.name === 'JsonValue') return {};
    const name = named.get(type.aliasSymbol ?? type.symbol);
    return name === undefined ? shape(type) : ref(name);
  }

  /** @param {ts.Type} type @returns {Json} */
  function shape(type) {
    if (type.flags & ts.TypeFlags.Unknown || type.flags & ts.TypeFlags.Any) return {};
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isUnion()) return union(type);
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
      return { type: 'array', items: item ? schemaOf(item) : {} };
    }
    if (type.flags & ts.TypeFlags.NonPrimitive) return { type: 'object' };
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    /** @type {Record<string, Json>} */
    const properties = {};
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      let of = checker.getTypeOfSymbol(property);
      if (optional) of = checker.getNonNullableType(of);
      properties[property.name] = documented(property, schemaOf(of));
      if (!optional) required.push(property.name);
    }
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: index ? schemaOf(index.type) : false,
    };
  }

  /** @param {ts.UnionType} type @returns {Json} */
  function union(type) {
    const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined));
    const isNullable = parts.some((part) => part.flags & ts.TypeFlags.Null);
    const others = parts.filter((part) => !(part.flags & ts.TypeFlags.Null));
    // `true | false` is what the compiler makes of boolean.
    const isBoolean = others.filter((part) => part.flags & ts.TypeFlags.BooleanLiteral).length === 2;
    if (others.every((part) => part.isStringLiteral() || part.isNumberLiteral())) {
      const values = others.map((part) => /** @type {ts.LiteralType} */ (part).value);
      return { enum: isNullable ? [...values, null] : values };
    }
    const rest = isBoolean ? others.filter((part) => !(part.flags & ts.TypeFlags.BooleanLiteral)) : others;
    /** @type {Json[]} */
    const any = rest.map(schemaOf);
    if (isBoolean) any.push({ type: 'boolean' });
    if (isNullable) any.push({ type: 'null' });
    return any.length === 1 && any[0] ? any[0] : { anyOf: any };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(OUTPUT, `${JSON.stringify(openApi(), null, 1)}\n`);
}
