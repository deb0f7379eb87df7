/** Other releases of Node, from the npm package that ships them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLATFORM = process.platform === 'win32' ? 'win' : process.platform;

/**
 * The path of a Node executable of the given major release, for example `24`. It is installed once, below
 * `node_modules/.cache`, from the platform's part of the npm package `node`, which needs no install script.
 */
export function nodeRelease(root: string, major: number): string {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const name = `node-${PLATFORM}-${process.arch}`;
  const folder = join(root, 'node_modules/.cache', `node-${major}`);
  const executable = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${major}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return executable;
}
