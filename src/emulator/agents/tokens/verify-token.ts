import type { JWTPayload } from 'jose';
import { nearMiss } from '../../../near-miss.js';
import type { World } from '../../world/world.js';
import { type Grant, ROLES, type Role } from './grant.js';
import { readPolicies } from './policies.js';
import { refused } from './refused.js';
import { VerifiedTokens } from './verified-tokens.js';

/** The keys that tokens are signed with, and what they may name. */
export type TokenWorld = Pick<World, 'accountSid' | 'authToken' | 'apiKeys' | 'workspaces'>;

/** Longer than any token with a few grants and policies. */
const LONGEST = 16_384;
/** twilio.com/docs/iam/access-tokens */
const LONGEST_LIFE_S = 86_400;
const CONTENT_TYPE = 'twilio-fpa;v=1';

/** Loaded by the first token: most emulators in tests see none. */
let loading: Promise<typeof import('jose')> | undefined;
const jose = () => {
  loading ??= import('jose');
  return loading;
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a token and reads what it grants: an access token signed with the secret of an API key
 * (twilio.com/docs/iam/access-tokens), or a capability token signed with the Auth Token
 * (twilio.com/docs/taskrouter/js-sdk-v1/workspace/constructing-jwts). Both are HS256. Times are the machine's, whatever the
 * emulator's clock says.
 *
 * @throws {EngineRefusal} 401 with Twilio's code and words.
 */
export async function verifyToken(world: TokenWorld, token: unknown): Promise<Grant> {
  if (typeof token !== 'string' || token === '') throw refused(20101, 'the token is missing');
  if (token.length > LONGEST) throw refused(20101, `the token is longer than ${LONGEST} characters`);
  const verified = verifiedOf(world);
  const payload = verified.get(token) ?? (await verifiedPayload(world, token));
  verified.keep(token, payload);
  return isCapability(payload) ? capabilityGrant(world, payload) : accessGrant(world, payload);
}

const isCapability = ({ policies, account_sid }: JWTPayload) =>
  policies !== undefined || account_sid !== undefined;

/** An SDK sends the same token with every call. The keys of an emulator never change. */
const VERIFIED = new WeakMap<TokenWorld, VerifiedTokens>();
function verifiedOf(world: TokenWorld): VerifiedTokens {
  const known = VERIFIED.get(world);
  if (known) return known;
  const made = new VerifiedTokens();
  VERIFIED.set(world, made);
  return made;
}

async function verifiedPayload(world: TokenWorld, token: string): Promise<JWTPayload> {
  const { decodeJwt, decodeProtectedHeader } = await jose();
  let header: Fields;
  let unchecked: JWTPayload;
  try {
    header = decodeProtectedHeader(token);
    unchecked = decodeJwt(token);
  } catch {
    throw refused(20101, 'this is not a JSON Web Token');
  }
  if (header.alg !== 'HS256') throw refused(20102, 'alg must be HS256');
  const capability = isCapability(unchecked);
  if (!capability && header.cty !== CONTENT_TYPE) throw refused(20102, `cty must be ${CONTENT_TYPE}`);
  // What is read before the signature is checked only chooses the key.
  return signedPayload(token, secretFor(world, unchecked, capability));
}

function secretFor(world: TokenWorld, { iss }: JWTPayload, capability: boolean): string {
  if (capability) {
    if (iss === world.accountSid) return world.authToken;
    throw refused(20103, 'iss must be the Account SID of this emulator');
  }
  const secret = typeof iss === 'string' ? world.apiKeys.get(iss) : undefined;
  if (secret !== undefined) return secret;
  throw refused(
    20103,
    'iss is not an API key of this emulator. Start it with --api-key SID:secret or createEmulator({ apiKeys }), or make the token with taskrouter-kit token',
  );
}

async function signedPayload(token: string, secret: string): Promise<JWTPayload> {
  const { errors, jwtVerify } = await jose();
  try {
    const key = new TextEncoder().encode(secret);
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp'] });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refused(20104, 'make a new one');
    if (error instanceof errors.JWTClaimValidationFailed) {
      if (error.claim === 'nbf' && error.reason === 'check_failed')
        throw refused(20105, 'nbf is in the future');
      if (error.claim === 'exp') throw refused(20104, 'exp must be in seconds since 1970');
    }
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw refused(20107, 'it was signed with another secret');
    throw refused(20101, 'its header or one of its claims cannot be used');
  }
}

function accessGrant(world: TokenWorld, payload: JWTPayload): Grant {
  const { sub, exp = 0, iat, nbf, grants } = payload;
  if (sub !== world.accountSid) throw refused(20103, 'sub must be the Account SID of this emulator');
  const begins = nbf ?? iat ?? Math.floor(Date.now() / 1_000);
  if (exp - begins > LONGEST_LIFE_S) throw refused(20157, 'a token may be valid for 24 hours at most');
  const taskRouter = isRecord(grants) ? grants.task_router : undefined;
  if (!isRecord(taskRouter)) throw refused(20106, 'add a TaskRouterGrant');
  const role = roleOf(taskRouter.role);
  const { workspaceSid, workerSid } = subjects(world, taskRouter.workspace_sid, taskRouter.worker_sid);
  if (workerSid === undefined && role !== 'admin')
    throw refused(20106, `the role ${role} needs a worker_sid; a token without one has the role admin`);
  return { workspaceSid, workerSid, role, expiresAt: exp * 1_000, capability: undefined };
}

function roleOf(role: unknown): Role {
  if (role === undefined || role === null || role === '') return 'worker';
  const known = ROLES.find((one) => one === role);
  if (known) return known;
  const meant = typeof role === 'string' ? nearMiss(role, ROLES) : undefined;
  throw refused(20106, `role is ${meant === undefined ? ROLES.join(', ') : `one of them: ${meant}`}`);
}

function capabilityGrant(world: TokenWorld, payload: JWTPayload): Grant {
  const { account_sid: account, workspace_sid: workspace, worker_sid: worker, channel, exp = 0 } = payload;
  if (account !== world.accountSid)
    throw refused(20103, 'account_sid must be the Account SID of this emulator');
  const policies = readPolicies(payload.policies);
  if (!policies) throw refused(20106, 'policies must be a list of objects with url, method and allow');
  const ofWorker = typeof channel === 'string' && channel.startsWith('WK') ? channel : undefined;
  const { workspaceSid, workerSid } = subjects(world, workspace, worker ?? ofWorker);
  const capability = { policies, channel: String(channel ?? workerSid ?? workspaceSid) };
  return { workspaceSid, workerSid, role: 'worker', expiresAt: exp * 1_000, capability };
}

/** The workspace and the worker a token names, which must be there. */
function subjects({ workspaces }: TokenWorld, workspaceSid: unknown, workerSid: unknown) {
  const view = typeof workspaceSid === 'string' ? workspaces.get(workspaceSid) : undefined;
  if (!view) throw refused(20106, 'workspace_sid is not a Workspace of this emulator');
  const absent = workerSid === undefined || workerSid === null || workerSid === '';
  const worker = typeof workerSid === 'string' ? view.workers.get(workerSid) : undefined;
  if (!absent && !worker) throw refused(20106, 'worker_sid is not a Worker of the Workspace');
  return { workspaceSid: view.workspace.sid, workerSid: worker?.sid };
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
