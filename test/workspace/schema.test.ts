import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workspaceJsonSchema } from '../../scripts/workspace-json-schema.js';

test('the published JSON Schema is that of the definition: npx tsx scripts/write-schema.ts', () => {
  const published = readFileSync(new URL('../../workspace.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(workspaceJsonSchema()));
});

test('every key of the published JSON Schema says what it is for', () => {
  const published = JSON.parse(readFileSync(new URL('../../workspace.schema.json', import.meta.url), 'utf8'));
  const all: string[] = [];
  const silent: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries((node as { properties?: object }).properties ?? {})) {
      all.push(`${path}.${key}`);
      if (((value as { description?: string }).description ?? '').length < 10) silent.push(`${path}.${key}`);
    }
    for (const [key, value] of Object.entries(node))
      walk(value, key === 'properties' ? path : `${path}.${key}`);
  };
  walk(published, '');
  expect(all.length).toBeGreaterThan(60);
  expect(silent).toEqual([]);
});
