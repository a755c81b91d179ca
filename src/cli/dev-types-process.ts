// A process of its own, because a check takes up to a second and callbacks must not wait for it.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as TypeScript from 'typescript';
import { checkByCommand } from './dev-types-command.js';

/** Asks for the errors of a file and what it imports, as they are on disk now. */
export interface TypesQuestion {
  readonly id: number;
  /** The path of the compiler. */
  readonly compiler: string;
  readonly file: string;
  /** Where the sources of this package are, if the handlers are to be checked against them. */
  readonly sources: string | undefined;
}

export interface TypesReport {
  readonly id: number;
  readonly errors: readonly string[];
  /** The compiler itself failed. */
  readonly failure?: string;
}

interface Checker {
  check(): readonly string[] | Promise<readonly string[]>;
}

const checkers = new Map<string, Checker>();

process.on('message', async (question: TypesQuestion) => {
  const report = await answer(question);
  process.send?.(report);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; the one that started this one ends it.
process.on('SIGINT', () => {});

async function answer({ id, compiler, file, sources }: TypesQuestion): Promise<TypesReport> {
  try {
    const checker = checkers.get(file) ?? createChecker(compiler, file, sources);
    checkers.set(file, checker);
    return { id, errors: await checker.check() };
  } catch (error) {
    return { id, errors: [], failure: error instanceof Error ? error.message : String(error) };
  }
}

function createChecker(compiler: string, file: string, sources: string | undefined): Checker {
  const ts = createRequire(file)(compiler) as typeof TypeScript;
  const folder = dirname(file);
  // Paths are read from here, or from the handlers where they are far away.
  const from = file.startsWith(`${process.cwd()}${sep}`) ? process.cwd() : folder;
  if (typeof ts.createLanguageService !== 'function') {
    const paths = sources === undefined ? undefined : pathsTo(sources);
    return { check: () => checkByCommand({ compiler: packageOf(compiler), file, from, paths }) };
  }
  const { options, errors: ofConfig } = readOptions(ts, folder, sources);
  const host: TypeScript.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: (path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? `${stat.mtimeMs} ${stat.size}` : 'gone';
    },
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath ?? ((path) => path),
  };
  const service = ts.createLanguageService(host, ts.createDocumentRegistry());
  const format = {
    getCanonicalFileName: (path: string) => path,
    getCurrentDirectory: () => from,
    getNewLine: () => '\n',
  };
  return {
    check() {
      const program = service.getProgram();
      if (!program) return [];
      const own = program
        .getSourceFiles()
        .filter(
          ({ fileName, isDeclarationFile }) =>
            !isDeclarationFile &&
            !fileName.includes('/node_modules/') &&
            !(sources !== undefined && fileName.startsWith(sources)),
        );
      const found = [
        ...ofConfig,
        ...program.getOptionsDiagnostics(),
        ...own.flatMap(({ fileName }) => [
          ...service.getSyntacticDiagnostics(fileName),
          ...service.getSemanticDiagnostics(fileName),
        ]),
      ].filter(({ category }) => category === ts.DiagnosticCategory.Error);
      return found.map((one) => ts.formatDiagnostic(one, format).trimEnd());
    },
  };
}

/** The folder of the package whose main file this is. */
const packageOf = (main: string) => dirname(dirname(main));

interface Options {
  readonly options: TypeScript.CompilerOptions;
  readonly errors: readonly TypeScript.Diagnostic[];
}

/** The options of the nearest tsconfig.json, or ones that fit what runs handlers: any module that a bundler would take. */
function readOptions(ts: typeof TypeScript, folder: string, sources: string | undefined): Options {
  const name = ts.findConfigFile(folder, ts.sys.fileExists);
  const always: TypeScript.CompilerOptions = {
    noEmit: true,
    incremental: false,
    composite: false,
    ...(sources === undefined ? {} : { paths: pathsTo(sources) }),
  };
  if (name === undefined) {
    const types = hasNodeTypes(folder) ? ['node'] : [];
    return {
      errors: [],
      options: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        strict: true,
        skipLibCheck: true,
        esModuleInterop: true,
        allowImportingTsExtensions: true,
        types,
        ...always,
      },
    };
  }
  const { config, error } = ts.readConfigFile(name, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, dirname(name));
  // That a config of a larger project lists no file, or writes elsewhere, says nothing about the handlers.
  const noInput = 18_003;
  const errors = [...(error ? [error] : []), ...parsed.errors].filter(({ code }) => code !== noInput);
  const { rootDir: _rootDir, outDir: _outDir, ...rest } = parsed.options;
  return { errors, options: { ...rest, ...always } };
}

function hasNodeTypes(folder: string): boolean {
  try {
    createRequire(join(folder, 'noop.js')).resolve('@types/node/package.json');
    return true;
  } catch {
    return false;
  }
}

function pathsTo(sources: string): Record<string, string[]> {
  const at = (file: string) => [join(sources, file)];
  return {
    'taskrouter-kit': at('index.ts'),
    'taskrouter-kit/emulator': at('emulator/index.ts'),
    'taskrouter-kit/redis': at('idempotency/store/redis/redis-store.ts'),
    'taskrouter-kit/rest': at('rest/index.ts'),
    'taskrouter-kit/testing': at('testing/index.ts'),
    'taskrouter-kit/workspace': at('workspace/index.ts'),
  };
}
