import { readFileSync } from 'node:fs';
import { FACTS_FILE } from '../../scripts/extract-rest-facts.js';

/** What the OpenAPI file says of one operation; a `!` marks a required parameter. */
export interface Facts {
  readonly http: string;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly media?: string;
  readonly status: number;
  readonly list?: string;
  readonly returns: Readonly<Record<string, string>>;
}

/** The committed fixture, by operationId. */
export const FACTS: Readonly<Record<string, Facts>> = JSON.parse(readFileSync(FACTS_FILE, 'utf8'));
