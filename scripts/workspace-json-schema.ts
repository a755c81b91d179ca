import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import ts from 'typescript';
import { workspaceSchema } from '../src/workspace/definition/index.js';

const TYPES = fileURLToPath(new URL('../src/workspace/definition/types.ts', import.meta.url));

interface Node {
  description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/**
 * The JSON Schema of workspace files, as a text. Its form is that of the check; what each key is for is said once, in the
 * comments of types.ts.
 *
 * @throws {Error} for a key without a comment.
 */
export function workspaceJsonSchema(): string {
  const schema = toJsonSchema(workspaceSchema, {
    typeMode: 'input',
    // What a schema of JSON cannot say is checked when the file is read.
    errorMode: 'ignore',
    target: 'draft-07',
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? { type: 'object' } : undefined),
  });
  describeKeys(schema as Node);
  return `${JSON.stringify({ ...schema, title: 'A TaskRouter workspace', description: 'The workspace of taskrouter-kit: https://www.npmjs.com/package/taskrouter-kit' }, null, 2)}\n`;
}

/** Puts the comments of the types into the schema that has the same form. */
function describeKeys(root: Node): void {
  const program = ts.createProgram([TYPES], { strict: true, noEmit: true, types: [], skipLibCheck: true });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(TYPES)!)!;
  const definition = checker.getExportsOfModule(module).find(({ name }) => name === 'WorkspaceDefinition')!;
  walk(root, checker.getDeclaredTypeOfSymbol(definition), []);

  function walk(node: Node, given: ts.Type, path: readonly string[]): void {
    // Of `string | { … }` the object is what has keys.
    const type = withKeys(checker.getNonNullableType(given));
    for (const one of node.anyOf ?? []) walk(one, type, path);
    const [item] = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference) : [];
    if (node.items && item) walk(node.items, item, path);
    const entry = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (typeof node.additionalProperties === 'object' && entry) walk(node.additionalProperties, entry, path);
    for (const [key, value] of Object.entries(node.properties ?? {})) {
      const property = checker.getPropertyOfType(type, key);
      const place = [...path, key];
      const text = property && ts.displayPartsToString(property.getDocumentationComment(checker));
      if (!property || !text) throw new Error(`${place.join('.')} has no comment in ${TYPES}`);
      value.description = text.replaceAll(/\s*\n\s*/g, ' ');
      walk(value, checker.getTypeOfSymbol(property), place);
    }
  }
}

function withKeys(type: ts.Type): ts.Type {
  if (!type.isUnion()) return type;
  return type.types.find((part) => (part.flags & ts.TypeFlags.Object) !== 0) ?? type;
}
