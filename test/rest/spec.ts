import { readFileSync } from 'node:fs';
import { SPEC_FILE } from '../../scripts/extract-rest-spec.js';

/** What the OpenAPI file says of one operation; a `!` marks a required parameter. */
export interface OperationSpec {
  readonly http: string;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly media?: string;
  readonly status: number;
  readonly list?: string;
  readonly returns: Readonly<Record<string, string>>;
}

/** The committed fixture, by operationId. */
export const SPEC: Readonly<Record<string, OperationSpec>> = JSON.parse(readFileSync(SPEC_FILE, 'utf8'));
