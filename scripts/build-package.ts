/**
 * Builds the package in the working directory: one file per form, as ES module in dist/esm and as CommonJS in dist/cjs,
 * and the types beside each. A cluster out of one file per package starts in half the time that its five hundred
 * source files take to find and load.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const ESM = 'dist/esm';
const COMMONJS = 'dist/cjs';
const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const INDEX = 'src/index.ts';
const PROGRAM = 'src/bin.ts';
const SHARED: BuildOptions = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
declareTypes();
await bundle();

function declareTypes(): void {
  const { status } = spawnSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--emitDeclarationOnly'], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  for (const file of readdirSync(ESM, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.d.ts')) rewriteDeclaration(file);
}

/** tsc leaves the `.ts` of import specifiers in declarations; those files do not exist where the package is used. */
function rewriteDeclaration(file: string): void {
  const text = readFileSync(join(ESM, file), 'utf8').replace(
    /((?:from|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g,
    '$1.js$2',
  );
  writeFileSync(join(ESM, file), text);
  const copy = join(COMMONJS, file);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, text);
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
