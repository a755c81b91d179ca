import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../../errors.js';
import { nearMiss, refuseUnknownKeys } from '../../../near-miss.js';
import { findNamed } from '../../named.js';
import type { World } from '../../world/world.js';
import { ROLES, type Role } from './grant.js';

export interface AccessTokenOptions {
  /** Default: `worker`, or `admin` without a worker. */
  readonly role?: Role | undefined;
  /** How long it is valid, in seconds of the machine's clock: 1 to 86,400. Default: 3,600. */
  readonly ttl?: number | undefined;
  /** Needed where there are several workspaces. */
  readonly workspaceSid?: string | undefined;
}

const LONGEST_S = 86_400;

/**
 * Makes an access token for the Worker SDK, as a server makes one with Twilio's library: HS256, signed with the first of the
 * emulator's API keys, with a TaskRouterGrant.
 *
 * @param worker - friendly name or SID; undefined for a token that reads the workspace (role `admin`).
 * @throws {ConfigurationError} for a worker that is not there, with the near miss, and for a bad role or `ttl`.
 */
export async function makeAccessToken(
  world: Pick<World, 'accountSid' | 'apiKeys' | 'workspaces'>,
  worker: string | undefined,
  options: AccessTokenOptions = {},
): Promise<string> {
  refuseUnknownKeys(options, ['role', 'ttl', 'workspaceSid'], 'accessToken');
  const { role = worker === undefined ? 'admin' : 'worker', ttl = 3_600, workspaceSid } = options;
  checkRole(role, worker);
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST_S) {
    throw new ConfigurationError('bad-ttl', `ttl must be a number of seconds from 1 to ${LONGEST_S}.`);
  }
  const named = worker === undefined ? undefined : findNamed(world, 'worker', worker, { workspaceSid });
  const [[keySid, secret] = []] = world.apiKeys;
  if (keySid === undefined || secret === undefined) throw new Error('the emulator has no API key');
  const grant = {
    workspace_sid: named?.workspaceSid ?? onlyWorkspace(world, workspaceSid),
    ...(named ? { worker_sid: named.sid } : {}),
    role,
  };
  const { SignJWT } = await import('jose');
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ grants: { identity: named?.friendlyName ?? role, task_router: grant } })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' })
    .setJti(`${keySid}-${randomUUID()}`)
    .setIssuer(keySid)
    .setSubject(world.accountSid)
    .setIssuedAt(now)
    .setExpirationTime(now + ttl)
    .sign(new TextEncoder().encode(secret));
}

function checkRole(role: unknown, worker: string | undefined): void {
  if (!ROLES.some((known) => known === role)) {
    const meant = typeof role === 'string' ? nearMiss(role, ROLES) : undefined;
    const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`;
    throw new ConfigurationError('bad-role', `role must be one of ${ROLES.join(', ')}.${hint}`);
  }
  if (worker === undefined && role !== 'admin') {
    throw new ConfigurationError(
      'bad-role',
      `A token with the role ${String(role)} is for a worker: name one.`,
    );
  }
}

function onlyWorkspace({ workspaces }: Pick<World, 'workspaces'>, sid: string | undefined): string {
  if (sid !== undefined) {
    if (workspaces.has(sid)) return sid;
    throw new ConfigurationError('unknown-workspace', 'There is no workspace with this SID.');
  }
  const [only, ...others] = workspaces.keys();
  if (only !== undefined && others.length === 0) return only;
  const why = only === undefined ? 'There is no workspace yet.' : 'There are several workspaces.';
  throw new ConfigurationError('which-workspace', `${why} Name one with workspaceSid.`);
}
