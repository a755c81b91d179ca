import { createRequire } from 'node:module';
import type * as TypeScript from 'typescript';
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { type DefinitionPath, extentProblem, formatPath } from './definition/index.js';

/** A place in a text file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds the place of a path, or of its longest part that is there; undefined where that cannot be known. */
export type Locate = (path: DefinitionPath) => Position | undefined;

export interface ReadText {
  readonly value: unknown;
  readonly locate: Locate;
  /** A slip of the format itself. */
  readonly error?: { readonly message: string; readonly position: Position | undefined };
}

const NOWHERE: Locate = () => undefined;

/** Reads YAML, and JSON, which is YAML too: with the place of each value. */
export function readYaml(text: string): ReadText {
  const lines = new LineCounter();
  // Its own look for equal keys compares each with all others: looked for below.
  const options = { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false };
  const document = parseDocument(text, options);
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const locate: Locate = (path) => {
    let node: unknown = document.contents;
    let offset = (document.contents as ParsedNode | null)?.range?.[0];
    for (const key of path) {
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
        : undefined;
      const item: unknown = pair ?? (isSeq(node) ? node.items[Number(key)] : undefined);
      if (item === undefined) break;
      const at = isPair(item) ? (item.key as ParsedNode) : (item as ParsedNode);
      offset = at.range?.[0] ?? offset;
      node = isPair(item) ? item.value : item;
    }
    return offset === undefined ? undefined : position(offset);
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const message = slipOf(problem, text);
    return { value: undefined, locate, error: { message, position: position(problem.pos[0]) } };
  }
  const slip = slipOfKeys(document.contents);
  if (slip) {
    return { value: undefined, locate, error: { message: slip.message, position: position(slip.offset) } };
  }
  let value: unknown;
  try {
    // How far aliases multiply is counted below: a hundred workers may well share one value.
    value = document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    const message = `${error instanceof Error ? error.message : String(error)}.`;
    return { value: undefined, locate, error: { message, position: undefined } };
  }
  const beyond = extentProblem(value);
  if (!beyond) return { value, locate };
  const place = beyond.path.length === 0 ? '' : `${formatPath(beyond.path)}: `;
  return {
    value: undefined,
    locate,
    error: { message: `${place}${beyond.message}`, position: locate(beyond.path) },
  };
}

/** The first key that an object cannot have: one that is there already, or one that is no string. */
function slipOfKeys(root: unknown): { readonly message: string; readonly offset: number } | undefined {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (isSeq(node)) left.push(...node.items.toReversed());
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const { key } of node.items) {
      const offset = (key as ParsedNode).range?.[0] ?? 0;
      if (!isScalar(key)) return { message: 'A key must be a string. Put it into quotes.', offset };
      const name = String(key.value ?? '');
      if (seen.has(name))
        return { message: 'This key is already there, and keys must be unique. Keep one of them.', offset };
      // Several mappings may be merged into one.
      if (name !== '<<') seen.add(name);
    }
    for (const { value } of node.items.toReversed()) left.push(value);
  }
  return undefined;
}

/** What to write instead of a slip in YAML. */
function slipOf({ code, message, pos: [offset] }: YAMLError, text: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'A second document begins here (---): keep one definition in a file.';
    case 'TAG_RESOLVE_FAILED':
      return `${message}. Write the value itself, without a tag (!).`;
    case 'TAB_AS_INDENT':
      return `${message}. Indent with spaces.`;
    default:
      // The parser calls itself for each level.
      if (message.includes('call stack')) return 'has too many levels. Make it flatter.';
      return text.slice(0, offset).endsWith('$') || text.startsWith('${', offset)
        ? `${message}. Quote a string that contains \${…}.`
        : message;
  }
}

/** Where in a string `JSON.parse` gave up: its end where that is what came too soon. */
export function offsetOfJsonError(text: string, error: unknown): number {
  const offset = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return offset === undefined ? text.length : Number(offset);
}

/** Reads JSON: strict as JSON is, and with the place of each value. */
export function readJson(text: string): ReadText {
  if (text.trim() === '') return { value: undefined, locate: NOWHERE };
  const read = readYaml(text);
  try {
    const value: unknown = JSON.parse(text);
    // JSON takes the last of two equal keys; to lose one silently is not what anybody means.
    return read.error ? read : { value, locate: read.locate };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const before = text.slice(0, offsetOfJsonError(text, error)).split('\n');
    const position = { line: before.length, column: before.at(-1)!.length + 1 };
    const plain = message.replace(/ in JSON at position.*| \(line.*/s, '').replace(/, ".*/s, '');
    return { value: undefined, locate: read.locate, error: { message: plain, position } };
  }
}

/**
 * Finds places in the default export of a TypeScript or JavaScript file, with the TypeScript that is installed beside it.
 * What is computed, or comes from another file, has no place.
 */
export function locateInScript(file: string, text: string): Locate {
  let ts: typeof TypeScript;
  try {
    ts = createRequire(file)('typescript') as typeof TypeScript;
    if (typeof ts.createSourceFile !== 'function') return () => undefined;
  } catch {
    return () => undefined;
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, TypeScript.Expression>();
  let exported: TypeScript.Expression | undefined;
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) exported = statement.expression;
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer) constants.set(name.text, initializer);
    }
  }
  /** What an expression is, under casts, calls of a defining function and names of constants. */
  const plain = (expression: TypeScript.Expression | undefined): TypeScript.Expression | undefined => {
    let one = expression;
    for (let depth = 0; one && depth < 10; depth += 1) {
      if (ts.isSatisfiesExpression(one) || ts.isAsExpression(one) || ts.isParenthesizedExpression(one))
        one = one.expression;
      else if (ts.isIdentifier(one)) one = constants.get(one.text);
      else if (ts.isCallExpression(one) && one.arguments.length === 1) one = one.arguments[0];
      else return one;
    }
    return one;
  };
  return (path) => {
    let node = plain(exported);
    let place: TypeScript.Node | undefined = node;
    for (const key of path) {
      let next: TypeScript.Expression | undefined;
      if (node && ts.isObjectLiteralExpression(node)) {
        const property = node.properties.find(
          (one) =>
            one.name !== undefined &&
            (ts.isIdentifier(one.name) ||
              ts.isStringLiteralLike(one.name) ||
              ts.isNumericLiteral(one.name)) &&
            one.name.text === String(key),
        );
        if (!property) break;
        place = property;
        next = ts.isPropertyAssignment(property)
          ? property.initializer
          : ts.isShorthandPropertyAssignment(property)
            ? property.name
            : undefined;
      } else if (node && ts.isArrayLiteralExpression(node)) {
        next = node.elements[Number(key)];
        place = next ?? place;
      } else break;
      node = plain(next);
    }
    if (!place) return undefined;
    const { line, character } = source.getLineAndCharacterOfPosition(place.getStart(source));
    return { line: line + 1, column: character + 1 };
  };
}
