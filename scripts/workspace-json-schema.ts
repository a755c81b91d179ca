import { toJsonSchema } from '@valibot/to-json-schema';
import { workspaceSchema } from '../src/workspace/definition/index.js';

/** The JSON Schema of workspace files, as a text. */
export function workspaceJsonSchema(): string {
  const schema = toJsonSchema(workspaceSchema, {
    typeMode: 'input',
    // What a schema of JSON cannot say is checked when the file is read.
    errorMode: 'ignore',
    target: 'draft-07',
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? { type: 'object' } : undefined),
  });
  return `${JSON.stringify({ ...schema, title: 'A TaskRouter workspace', description: 'The workspace of taskrouter-kit: https://www.npmjs.com/package/taskrouter-kit' }, null, 2)}\n`;
}
