import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workspaceJsonSchema } from '../../scripts/workspace-json-schema.js';

test('the published JSON Schema is that of the definition: npx tsx scripts/write-schema.ts', () => {
  const published = readFileSync(new URL('../../workspace.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(workspaceJsonSchema()));
});
