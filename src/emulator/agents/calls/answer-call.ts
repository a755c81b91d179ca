import { badRequest, EngineRefusal, notFound } from '../../engine/refusal.js';
import { jsonText } from '../../json-text.js';
import type { Struck } from '../../world/rest-faults.js';
import type { InstructionExecutor, World } from '../../world/world.js';
import { verifyToken } from '../tokens/verify-token.js';
import { checkCall, PERMISSIONS } from './permissions.js';
import type { AgentRoute, Participants } from './route.js';
import { ROUTES } from './routes.js';

/** One call, as it comes in the body of a POST: nothing of it has been checked. */
export interface RawCall {
  readonly body: string;
  readonly ifMatch: string | undefined;
}

export interface CallParts {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly participants: Participants;
  /** Lets the switches for REST strike the call. @throws {EngineRefusal} */
  readonly strike: (asked: Struck) => void;
}

/**
 * Answers one call of the Worker SDK: `{ url, method, params, token }`.
 * @returns the payload of the answer.
 * @throws {EngineRefusal} with the status and the message of the answer.
 */
export async function answerCall(parts: CallParts, raw: RawCall): Promise<object> {
  const { world } = parts;
  const { url, method, params, token } = readBody(raw.body);
  const grant = await verifyToken(world, token);
  parts.strike({ method, path: `/${url}`, query: params, hasIfMatch: raw.ifMatch !== undefined });
  const { route, path } = routeOf(method, url);
  const given = { ...params, ...(raw.ifMatch === undefined ? {} : { 'If-Match': raw.ifMatch }) };
  const view = world.workspaces.get(grant.workspaceSid);
  if (!view) throw notFound(`/Workspaces/${grant.workspaceSid}`);
  checkCall(PERMISSIONS[route.may], grant, { method, url, path, params }, world.accountSid, view);
  const { accountSid } = world;
  return route.answer({ ...parts, grant, path, params: given, view, accountSid, now: world.now() });
}

const FORM = 'The body must be JSON: { "url", "method", "params", "token" }, as the Worker SDK sends it';
/** `https://taskrouter.twilio.com/v1/`, which older clients write before the path. */
const ABSOLUTE = /^https?:\/\/[^/]+\/v1\//;

function readBody(body: string) {
  let call: unknown;
  try {
    call = JSON.parse(body);
  } catch {
    throw badRequest(FORM);
  }
  if (!isRecord(call)) throw badRequest(FORM);
  const { url, method, params = {}, token } = call;
  if (typeof url !== 'string' || typeof method !== 'string' || !isRecord(params)) throw badRequest(FORM);
  if (method !== 'GET' && method !== 'POST')
    throw new EngineRefusal(405, 20004, 'Method not allowed: method is GET or POST');
  return { url: url.replace(ABSOLUTE, ''), method, params: textsOf(params), token } as const;
}

/** The SDK sends numbers, booleans and objects where REST has texts. */
function textsOf(params: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts: [string, string][] = [];
  for (const [name, value] of Object.entries(params)) {
    // What the body says of a header is no header.
    if (value === null || value === undefined || name === 'If-Match') continue;
    if (typeof value === 'object' && name !== 'Attributes')
      throw badRequest(`${name} must be a string, a number, true or false`);
    texts.push([name, typeof value === 'object' ? jsonText(value, name) : String(value)]);
  }
  return Object.fromEntries(texts);
}

interface Found {
  readonly route: AgentRoute;
  readonly path: Readonly<Record<string, string>>;
}

const TABLE = ROUTES.map((route) => ({
  route,
  segments: ['Workspaces', '{WorkspaceSid}', ...route.path.split('/')],
}));

/** @throws {EngineRefusal} 404 for what no method of the SDK asks for. */
function routeOf(method: string, url: string): Found {
  const given = url.split('/');
  for (const { route, segments } of TABLE) {
    if (route.method !== method) continue;
    const path = pathOf(segments, given);
    if (path) return { route, path };
  }
  throw new EngineRefusal(
    404,
    20404,
    `There is no ${method} of this URL for agents: docs/worker-sdk.md lists what the Worker SDK may call; ask the REST API for the rest`,
  );
}

function pathOf(segments: readonly string[], given: readonly string[]): Found['path'] | undefined {
  if (segments.length !== given.length) return undefined;
  const path: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const text = given[index]!;
    if (!segment.startsWith('{')) {
      if (segment !== text) return undefined;
    } else if (text === '') return undefined;
    else path.push([segment.slice(1, -1), text]);
  }
  return Object.fromEntries(path);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
