// npm run check: imports in src/ point one way and never in a circle, and heavy packages stay where they belong. Prints
// file, line and the rule that is broken. Usage: node scripts/check-imports.js [root [--whole]]
// A root that is named may be a part of the project; with --whole, as for the project itself, every folder the rules
// speak of must exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const BASE = [
  'errors',
  'clock',
  'virtual-clock',
  'log',
  'sids',
  'near-miss',
  'documented-events',
  'maybe-promise',
  'standard-schema',
];
const PURE = ['signature', 'instructions', 'idempotency', ...BASE];
const LIBRARY = ['index', 'http', 'callbacks', ...PURE];

/**
 * Which parts each part of src/ may import, besides itself. A part is the longest entry here that a file's path begins
 * with; a file directly in src/ is one of BASE, or else belongs to `index`, which puts the router together.
 * @type {Record<string, readonly string[]>}
 */
const MAY_IMPORT = {
  errors: [],
  clock: [],
  'virtual-clock': ['clock'],
  sids: [],
  log: [],
  'near-miss': ['errors'],
  'documented-events': ['near-miss'],
  'maybe-promise': [],
  'standard-schema': [],
  'replace-file': [],
  signature: ['lru-cache', ...BASE],
  'lru-cache': [],
  expressions: BASE,
  instructions: BASE,
  idempotency: BASE,
  callbacks: PURE,
  http: ['callbacks', ...PURE],
  index: LIBRARY,
  testing: LIBRARY,
  rest: ['instructions', 'idempotency', ...BASE],
  'emulator/vocabulary': [],
  mcp: ['emulator/vocabulary', ...BASE],
  inspector: [],
  certificates: [],
  'emulator/engine': ['expressions', ...BASE],
  // A definition put into an engine: for the emulator, and for what runs an engine without a network.
  'emulator/refused-path': ['workspace/definition'],
  'emulator/apply-definition': ['emulator/engine', 'emulator/refused-path', 'workspace/definition', ...BASE],
  emulator: [
    'emulator/apply-definition',
    'emulator/refused-path',
    'emulator/engine',
    'emulator/vocabulary',
    'mcp',
    'workspace/definition',
    'expressions',
    'instructions',
    'signature',
    'replace-file',
    ...BASE,
  ],
  'workspace/definition': ['expressions', ...BASE],
  workspace: [
    'workspace/definition',
    'rest',
    'expressions',
    'emulator/engine',
    'emulator/apply-definition',
    'replace-file',
    ...BASE,
  ],
  server: ['rest', ...LIBRARY],
  cli: [
    'server',
    'testing',
    'rest',
    'mcp',
    'certificates',
    'workspace',
    'workspace/definition',
    'emulator',
    'emulator/engine',
    'emulator/vocabulary',
    'expressions',
    'replace-file',
    ...LIBRARY,
  ],
};

/**
 * Parts whose types alone may be used: importing the package loads no REST client, but handlers are typed with it.
 * @type {Record<string, readonly string[]>}
 */
const MAY_IMPORT_TYPES = { index: ['rest'], inspector: ['emulator'] };

/** Parts that are one file once built, see scripts/bundle-rest.js and scripts/bundle-with-packages.js: from outside, their index alone can be imported. */
const BUNDLED = ['rest', 'mcp', 'certificates', 'lru-cache'];

/**
 * Packages that only some places may load, so that importing the library stays quick. A place is the beginning of a path
 * in src/.
 * @type {Record<string, { in: readonly string[], types?: readonly string[] }>}
 */
const PACKAGES = {
  express: { in: ['server/', 'emulator/api/'], types: ['http/express.ts'] },
  'express-validator': { in: ['http/', 'emulator/api/'] },
  ioredis: { in: ['server/', 'idempotency/store/redis/'] },
  pino: { in: ['server/', 'cli/'] },
  'prom-client': { in: ['server/', 'cli/'] },
  commander: { in: ['cli/'] },
  valibot: { in: ['server/', 'cli/', 'workspace/', 'emulator/'] },
  'p-retry': { in: ['rest/'] },
  yaml: { in: ['workspace/'] },
  jiti: { in: ['workspace/', 'cli/'] },
  chokidar: { in: ['cli/'] },
  ws: { in: ['emulator/agents/'] },
  jose: { in: ['emulator/agents/'] },
  '@modelcontextprotocol/sdk': { in: ['mcp/'] },
  zod: { in: ['mcp/'] },
  'lru-cache': { in: ['lru-cache/'] },
  preact: { in: ['inspector/'] },
  '@preact/signals': { in: ['inspector/'] },
  uplot: { in: ['inspector/'] },
  '@tanstack/virtual-core': { in: ['inspector/'] },
  '@peculiar/x509': { in: ['certificates/'] },
  'reflect-metadata': { in: ['certificates/'] },
};

/** Handlers are written as users write them. */
const HANDLERS_RULE =
  'handlers/ imports taskrouter-kit by its name, other packages, and files of its own folder';

const [givenRoot, ...flags] = process.argv.slice(2);
const root = resolve(givenRoot ?? fileURLToPath(new URL('..', import.meta.url)));
const whole = givenRoot === undefined || flags.includes('--whole');

const sources = filesIn('src');
/** @type {Map<string, { name: string, line: number, typeOnly: boolean }[]>} what each file imports */
const imports = new Map([...sources, ...filesIn('handlers')].map((file) => [file, importsOf(file)]));
const broken = [
  ...[...imports.keys()].flatMap(checkFile),
  ...circles().map((files) => `${files[0]}: imports itself in a circle: ${files.join(' -> ')}`),
  ...(whole ? staleRules() : []),
];
for (const line of broken) console.error(line);
if (broken.length > 0) {
  console.error(
    `${broken.length} import${broken.length === 1 ? '' : 's'} against the direction; see scripts/check-imports.js.`,
  );
  process.exit(1);
}

/**
 * @param {string} folder below the root
 * @returns {string[]} its TypeScript files, with slashes, below the root
 */
function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.split(sep).join('/')))
    .filter((name) => /\.tsx?$/.test(name));
}

/** @param {string} file */
function importsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  return ts.preProcessFile(text).importedFiles.map(({ fileName, pos }) => ({
    name: fileName,
    line: text.slice(0, pos).split('\n').length,
    typeOnly: isTypeImport(text, pos),
  }));
}

/** @param {string} file */
function checkFile(file) {
  return imports.get(file).flatMap(({ name, line, typeOnly }) => {
    const rule = ruleBroken(file, name, typeOnly);
    return rule === undefined ? [] : [`${file}:${line}: imports ${name}: ${rule}`];
  });
}

/**
 * The circles among the files of src/, types included: whoever reads one file of a circle has to read them all. Each
 * circle once, from its first file in the alphabet back to it.
 * @returns {string[][]}
 */
function circles() {
  const found = new Map();
  /** Files from which no circle can be reached that is not found yet. */
  const done = new Set();
  const path = [];
  const visit = (file) => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const circle = path.slice(start);
      const first = circle.indexOf(circle.toSorted()[0]);
      const files = [...circle.slice(first), ...circle.slice(0, first)];
      found.set(files.join(), [...files, files[0]]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { name } of imports.get(file) ?? []) {
      if (name.startsWith('.')) visit(targetOf(file, name));
    }
    path.pop();
    done.add(file);
  };
  for (const file of sources) visit(file);
  return [...found.values()];
}

/** @returns {string[]} the rules about what is not there (any more), and the folders that no rule is about */
function staleRules() {
  const places = Object.values(PACKAGES).flatMap((rule) => [...rule.in, ...(rule.types ?? [])]);
  const parts = [...Object.keys(MAY_IMPORT), ...Object.values(MAY_IMPORT).flat()].filter(
    (part) => !existsSync(join(root, 'src', `${part}.ts`)),
  );
  const stale = [...new Set([...parts, ...places])]
    .filter((place) => !existsSync(join(root, 'src', place)))
    .map((place) => `src/${place} does not exist: take it out of the rules`);
  const unknown = sources
    .filter((file) => partOf(file.slice('src/'.length)) === undefined)
    .map((file) => dirname(file));
  return [...stale, ...[...new Set(unknown)].map((folder) => `${folder}/ has no row in MAY_IMPORT: add one`)];
}

/**
 * @param {string} file
 * @param {string} name a relative import of it
 * @returns {string} the file that is meant, below the root
 */
function targetOf(file, name) {
  const target = posix.join(dirname(file), name).replace(/\.js$/, '.ts');
  return existsSync(join(root, `${target}x`)) || existsSync(join(root, 'src', `${target}x`))
    ? `${target}x`
    : target;
}

/**
 * @param {string} file
 * @param {string} name what it imports
 * @param {boolean} typeOnly
 * @returns {string | undefined}
 */
function ruleBroken(file, name, typeOnly) {
  const relativePath = name.startsWith('.');
  if (file.startsWith('handlers/')) {
    return relativePath && !inFolder(file, name, 'handlers') ? HANDLERS_RULE : undefined;
  }
  const path = file.slice('src/'.length);
  if (!relativePath) return packageRule(path, name, typeOnly);
  if (!inFolder(file, name, 'src')) return 'src/ imports nothing outside of itself by a path';
  const target = targetOf(path, name);
  const from = partOf(path);
  const to = partOf(target);
  if (from === undefined || to === undefined) return 'this folder has no row in MAY_IMPORT: add one';
  if (from === to) return undefined;
  if (BUNDLED.includes(to) && target !== `${to}/index.ts`)
    return `${to}/ is one file once built: import ${to}/index.js`;
  if (MAY_IMPORT[from]?.includes(to)) return undefined;
  if (MAY_IMPORT_TYPES[from]?.includes(to)) {
    return typeOnly ? undefined : `${from} may import types alone from ${to}: write import type`;
  }
  return `${from} may import ${MAY_IMPORT[from]?.join(', ') || 'no other part'}`;
}

/**
 * @param {string} path below src/
 * @param {string} name
 * @param {boolean} typeOnly
 */
function packageRule(path, name, typeOnly) {
  const packageName = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  const rule = PACKAGES[packageName];
  if (!rule || rule.in.some((place) => path.startsWith(place))) return undefined;
  if (typeOnly && rule.types?.includes(path)) return undefined;
  const types = rule.types ? ` (as a type also in ${rule.types.join(', ')})` : '';
  return `${packageName} belongs to ${rule.in.join(', ')}${types}`;
}

/** @param {string} path below src/ */
function partOf(path) {
  const parts = Object.keys(MAY_IMPORT).filter(
    (part) => path === `${part}.ts` || path.startsWith(`${part}/`),
  );
  if (parts.length > 0)
    return parts.reduce((longest, part) => (part.length > longest.length ? part : longest));
  return path.includes('/') ? undefined : 'index';
}

/**
 * @param {string} file
 * @param {string} name
 * @param {string} folder
 */
function inFolder(file, name, folder) {
  return !relative(folder, join(dirname(file), name)).startsWith('..');
}

/**
 * Whether the import at a position is of types alone: the statement it ends says `import type` or `export type`.
 * @param {string} text
 * @param {number} pos
 */
function isTypeImport(text, pos) {
  const statement =
    text.slice(0, pos).match(/\b(import|export)\s(?:(?!\b(?:import|export)\s)[\s\S])*$/)?.[0] ?? '';
  return /^(import|export)\s+type\b/.test(statement);
}
