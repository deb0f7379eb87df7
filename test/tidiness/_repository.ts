/** What the tidiness tests look at: the files and the packages of the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const IGNORED = new Set(['node_modules', 'dist', '.git', '.turbo']);

/** Paths of all files below a folder, relative to the repository, without what is installed or built. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

/** The parts of package.json that are looked at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace. */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** All packages that are published. */
export const packages: readonly Package[] = readdirSync('packages').map((name) => ({
  folder: join('packages', name),
  manifest: JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8')),
}));

/** Where a pattern occurs, as `path:line: text`. */
export function occurrences(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );
}
