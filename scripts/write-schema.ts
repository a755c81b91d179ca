// Writes workspace.schema.json, the JSON Schema of workspace files, from the schema that checks them.
// Usage: npx tsx scripts/write-schema.ts
import { writeFileSync } from 'node:fs';
import { workspaceJsonSchema } from './workspace-json-schema.js';

writeFileSync(new URL('../workspace.schema.json', import.meta.url), workspaceJsonSchema());
