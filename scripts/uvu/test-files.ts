/** Which test files a run is asked for. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const IGNORED = new Set(['node_modules', 'dist', 'fixtures', 'examples', 'consumer']);

/** Every test file of the repository, as paths relative to `root`, sorted. */
export function allTestFiles(root: string): string[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`);
  return [...packages, 'test'].flatMap((folder) => testFilesIn(root, folder)).sort();
}

function testFilesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : testFilesIn(root, path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/**
 * The files that the patterns name: a file, a folder, or a part of a path. No pattern means every test file. Throws when
 * a pattern matches nothing, so that a misspelt name is never a green run.
 */
export function selectTestFiles(root: string, patterns: readonly string[]): string[] {
  const all = allTestFiles(root);
  if (patterns.length === 0) return all;
  const selected = patterns.flatMap((pattern) => {
    const path = relative(root, resolve(pattern));
    if (existsSync(pattern) && statSync(pattern).isFile()) return [path];
    const found = existsSync(pattern)
      ? all.filter((file) => file.startsWith(path === '' ? '' : `${path}/`))
      : all.filter((file) => file.includes(pattern));
    if (found.length === 0) throw new Error(`no test file matches ${pattern}`);
    return found;
  });
  return [...new Set(selected)].sort();
}
