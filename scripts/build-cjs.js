// Writes dist/cjs/, part of the build: what the package is for `require` and for TypeScript in CommonJS files. Each
// file hands on the one ESM build, so that there is one of each class and of each store; Node 20.19 can require it.
// The declarations list every name, because a .d.cts file can only import types from an ES module. The code lists them
// because Node finds the names of a CommonJS file by reading it: `import { accept } from` such a file needs them there.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist/cjs');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).filter((entry) => typeof entry === 'object');

const program = ts.createProgram({
  rootNames: entries.map(({ types }) => join(root, types)),
  options: { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, noLib: true, types: [] },
});
const checker = program.getTypeChecker();

mkdirSync(folder, { recursive: true });
for (const entry of entries) {
  const esm = `${relative(folder, join(root, entry.default)).split(sep).join('/')}`;
  const { text, values } = declarations(join(root, entry.types), esm);
  writeFileSync(join(root, entry.require.types), text);
  writeFileSync(
    join(root, entry.require.default),
    `'use strict';\nmodule.exports = require('${esm}');\n0 && (module.exports = { ${values.join(', ')} });\n`,
  );
}

/**
 * @param {string} file a declaration file
 * @param {string} esm the module it declares, as seen from dist/cjs/
 */
function declarations(file, esm) {
  const from = `'${esm}' with { 'resolution-mode': 'import' }`;
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const lines = [`import type * as esm from ${from};`];
  const types = [];
  const values = [];
  for (const symbol of checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = symbol;
    // An alias that says `export type` has no value, whatever it leads to.
    const typeOnly = symbol.declarations?.some(
      (one) => ts.isExportSpecifier(one) && ts.isTypeOnlyImportOrExportDeclaration(one),
    );
    const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (typeOnly || !(flags & ts.SymbolFlags.Value)) {
      types.push(name);
      continue;
    }
    values.push(name);
    lines.push(`export declare const ${name}: typeof esm.${name};`);
    if (flags & ts.SymbolFlags.Type) lines.push(`export type ${name} = esm.${name};`);
  }
  if (types.length > 0) lines.push(`export type { ${types.join(', ')} } from ${from};`);
  return { text: `${lines.join('\n')}\n`, values };
}
