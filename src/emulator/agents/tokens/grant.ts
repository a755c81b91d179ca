import type { Policy } from './policies.js';

/**
 * What the bearer of an access token may do: `worker` acts for itself, `supervisor` is a worker who may also see and
 * change the others, `admin` reads and changes the workspace without being a worker.
 */
export const ROLES = ['worker', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a token that was checked gives: whose it is, until when, and what it opens. */
export interface Grant {
  readonly workspaceSid: string;
  /** The worker that the bearer is; a token that only reads a workspace has none. */
  readonly workerSid: string | undefined;
  readonly role: Role;
  /** In milliseconds since 1970, on the machine's clock. */
  readonly expiresAt: number;
  /** A capability token says what it opens by policies alone, and has a channel of its own. */
  readonly capability: { readonly policies: readonly Policy[]; readonly channel: string } | undefined;
}
