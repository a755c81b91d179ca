import { extname } from 'node:path';
import { isMap, isPair, isScalar, isSeq, type ParsedNode, parseDocument, stringify } from 'yaml';
import type { DefinitionPath } from '../definition/index.js';
import type { Locate } from '../locate.js';
import type { Finding, Fix } from './types.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Fixed {
  readonly text: string;
  /** The findings that were mended. Others have no fix, or one that does not stand in the file as it is. */
  readonly fixed: readonly Finding[];
}

/**
 * Mends what is safe to mend in the text of a file, and leaves everything else in it as it is: comments, order, quotes.
 *
 * @param locate - the place of a path in the file.
 */
export function fixText(file: string, text: string, findings: readonly Finding[], locate: Locate): Fixed {
  const yaml = /^\.(ya?ml|json)$/i.test(extname(file));
  const contents = yaml ? parseDocument(text, { merge: true, prettyErrors: false }).contents : undefined;
  const edits = new Map<Finding, Edit>();
  for (const finding of findings) {
    if (!finding.fix) continue;
    const edit = yaml
      ? editOfYaml(contents, finding.path, finding.fix, /\.json$/i.test(file))
      : editOfScript(text, finding.path, finding.fix, locate);
    // Two fixes of one string: the next run has the other.
    if (edit && ![...edits.values()].some((other) => edit.start < other.end && other.start < edit.end)) {
      edits.set(finding, edit);
    }
  }
  const mended = [...edits.values()]
    .sort((a, b) => b.start - a.start)
    .reduce((all, { start, end, text: after }) => all.slice(0, start) + after + all.slice(end), text);
  return { text: mended, fixed: [...edits.keys()] };
}

function editOfYaml(contents: unknown, path: DefinitionPath, fix: Fix, json: boolean): Edit | undefined {
  let node = contents;
  let key: unknown;
  for (const step of path) {
    const item = isMap(node)
      ? node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(step))
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined;
    if (item === undefined) return undefined;
    key = isPair(item) ? item.key : undefined;
    node = isPair(item) ? item.value : item;
  }
  const target = (fix.kind === 'key' ? key : node) as ParsedNode | undefined;
  const range = target?.range;
  if (!isScalar(target) || !range) return undefined;
  // What the file has is not what was found: it is written with names or variables.
  if (fix.kind === 'value' && target.value !== fix.before) return undefined;
  // A block text keeps its form only by hand.
  if (target.type === 'BLOCK_FOLDED' || target.type === 'BLOCK_LITERAL') return undefined;
  const after =
    json || target.type === 'QUOTE_DOUBLE'
      ? JSON.stringify(fix.after)
      : target.type === 'QUOTE_SINGLE'
        ? `'${fix.after.replaceAll("'", "''")}'`
        : stringify(fix.after, { lineWidth: 0 }).trimEnd();
  return { start: range[0], end: range[1], text: after };
}

/** A plain literal, directly after its key. Anything else is computed, and is for its author to mend. */
function editOfScript(text: string, path: DefinitionPath, fix: Fix, locate: Locate): Edit | undefined {
  const place = locate(path);
  // Without the compiler nobody knows the place: the text itself says it, if it is there once.
  if (!place) return fix.kind === 'value' ? onlyLiteral(text, fix) : undefined;
  const lineStart =
    text
      .split('\n')
      .slice(0, place.line - 1)
      .join('\n').length + (place.line > 1 ? 1 : 0);
  const start = lineStart + place.column - 1;
  const name = String(path.at(-1));
  const found = /^(["']?)([\w$]+)\1\s*:\s*(?:(['"`])((?:(?!\3)[^\\\n$])*)\3)?/.exec(text.slice(start));
  if (!found || found[2] !== name) return undefined;
  if (fix.kind === 'key')
    return { start, end: start + (found[1]!.length * 2 + name.length), text: fix.after };
  const [whole, , , quote, value] = found;
  if (quote === undefined || value !== fix.before || fix.after.includes(quote)) return undefined;
  const end = start + whole.length;
  return { start: end - value.length - 2, end, text: `${quote}${fix.after}${quote}` };
}

function onlyLiteral(text: string, { before, after }: Fix & { readonly kind: 'value' }): Edit | undefined {
  const places = ["'", '"', '`'].flatMap((quote) => {
    const at = text.indexOf(`${quote}${before}${quote}`);
    return at < 0 ? [] : [{ at, quote }];
  });
  const [only] = places;
  if (!only || places.length > 1 || after.includes(only.quote) || before.includes('${')) return undefined;
  if (text.includes(`${only.quote}${before}${only.quote}`, only.at + 1)) return undefined;
  const start = only.at + 1;
  return { start, end: start + before.length, text: after };
}
