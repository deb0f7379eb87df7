/** Makes a fresh clone ready to run: installs the dependencies once, with nothing but Node and npm present. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const MANIFEST = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const STAMP = join(root, 'node_modules/.cache/towtank-installed');

/**
 * Installs what pnpm-lock.yaml names, unless that has been done already. Everything is printed to stderr, so that
 * stdout stays with the program that runs next. Ends the process with 1 when this Node is too old or the install fails.
 */
export function ensureInstalled() {
  requireNode();
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  const command = ['npx', '--yes', MANIFEST.packageManager, '--dir', root, 'install', '--frozen-lockfile'];
  process.stderr.write(`Installing the dependencies (${command.join(' ')})\n`);
  const { status, error } = spawnSync(command[0], command.slice(1), {
    cwd: tmpdir(), // inside of the repository npx would take the pnpm that this install may replace
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      CI: 'true',
      npm_config_update_notifier: 'false',
      npm_config_loglevel: 'warn',
      DO_NOT_TRACK: '1',
    },
  });
  if (status !== 0) fail(`installing the dependencies failed (${error?.message ?? `exit code ${status}`})`);
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  writeFileSync(STAMP, wanted);
}

function requireNode() {
  const [wantedMajor, wantedMinor] = MANIFEST.engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor))
    fail(`Node ${MANIFEST.engines.node} is needed, this is ${process.versions.node}`);
}

/** Changes whenever an install would have something to do. */
function fingerprint() {
  const workspaces = ['packages', 'test/examples']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`));
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...workspaces.sort()])
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function fail(why) {
  process.stderr.write(`towtank: ${why}\n`);
  process.exit(1);
}
