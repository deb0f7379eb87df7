/**
 * Builds the package in the working directory: one file per form, as ES module in dist/esm and as CommonJS in dist/cjs,
 * and the types beside each. A cluster out of one file per package starts in half the time that its five hundred
 * source files take to find and load.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';

const ESM = 'dist/esm';
const COMMONJS = 'dist/cjs';
const INDEX = 'src/index.ts';
const PROGRAM = 'src/bin.ts';
const SHARED: BuildOptions = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

const DECLARATION_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: [],
  module: ts.ModuleKind.NodeNext,
  isolatedDeclarations: true,
  declaration: true,
  emitDeclarationOnly: true,
  noCheck: true,
  noResolve: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  rootDir: 'src',
  outDir: ESM,
};
const FORMAT: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => '\n',
};

rmSync('dist', { recursive: true, force: true });
declareTypes();
await bundle();

/**
 * Each file's types are written from that file alone, which `isolatedDeclarations` makes possible: whether they are right
 * is for the type check of the whole repository. Declarations name the files that exist where the package is used.
 */
function declareTypes(): void {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const roots = files.map((file) => join('src', file));
  const program = ts.createProgram(roots, DECLARATION_OPTIONS);
  const { diagnostics } = program.emit(undefined, writeDeclaration, undefined, true);
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, FORMAT));
}

function writeDeclaration(path: string, written: string): void {
  const text = written.replace(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
  for (const folder of [ESM, COMMONJS]) {
    const target = join(folder, relative(ESM, path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/**
 * In CommonJS a lazy `import()` becomes a lazy `require()`, since Jest runs CommonJS in a context that cannot import.
 * Whatever CommonJS cannot express is an error here rather than in a user's test.
 */
async function bundle(): Promise<void> {
  const entryPoints = [INDEX, PROGRAM].filter((file) => existsSync(file));
  await build({ ...SHARED, entryPoints, outdir: ESM, format: 'esm', splitting: true });
  await build({
    ...SHARED,
    entryPoints: [INDEX],
    outdir: COMMONJS,
    format: 'cjs',
    supported: { 'dynamic-import': false },
    logOverride: { 'empty-import-meta': 'error' },
  });
  writeFileSync(join(COMMONJS, 'package.json'), '{ "type": "commonjs" }\n');
}
