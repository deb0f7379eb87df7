/** Builds the package in the working directory: ES modules by tsc into dist/esm, and from those CommonJS into dist/cjs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ESM = 'dist/esm';
const COMMONJS = 'dist/cjs';
const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

rmSync('dist', { recursive: true, force: true });
compile();
const files = readdirSync(ESM, { recursive: true, encoding: 'utf8' });
rewriteDeclarations(files.filter((file) => file.endsWith('.d.ts')));
await toCommonJs(files.filter((file) => file.endsWith('.js')));

function compile(): void {
  const { status } = spawnSync(process.execPath, [TSC, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** tsc leaves the `.ts` of import specifiers in declarations; those files do not exist where the package is used. */
function rewriteDeclarations(files: string[]): void {
  for (const file of files) {
    const text = readFileSync(join(ESM, file), 'utf8').replace(
      /((?:from|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g,
      '$1.js$2',
    );
    writeFileSync(join(ESM, file), text);
    const copy = join(COMMONJS, file);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, text);
  }
}

/**
 * A lazy `import()` becomes a lazy `require()`, since Jest runs CommonJS in a context that cannot import. Whatever
 * CommonJS cannot express is an error here rather than in a user's test.
 */
async function toCommonJs(files: string[]): Promise<void> {
  await build({
    entryPoints: files.map((file) => join(ESM, file)),
    outdir: COMMONJS,
    outbase: ESM,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'error' },
  });
  if (!existsSync(COMMONJS)) mkdirSync(COMMONJS, { recursive: true });
  writeFileSync(join(COMMONJS, 'package.json'), '{ "type": "commonjs" }\n');
}
