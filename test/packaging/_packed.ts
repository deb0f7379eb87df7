/** The packages as users get them: built, packed, and installed into an empty project outside of the repository. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { filesBelow, type Package, packages } from '../tidiness/_repository.ts';

const run = promisify(execFile);
const BIN = resolve('node_modules/.bin');
const ENV = {
  ...process.env,
  CI: 'true',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
  PATH: `${BIN}${delimiter}${process.env.PATH}`,
};

/** A packed package. */
export interface Tarball {
  readonly name: string;
  readonly path: string;
}

/** Packs every package, as it is built. What has been packed before and has not changed since is taken as it is. */
export async function packAll(): Promise<Tarball[]> {
  const cache = resolve('node_modules/.cache/towtank-packed');
  const folder = join(cache, fingerprint());
  if (!existsSync(folder)) await packInto(folder, cache);
  return packages.map(({ manifest: { name, version } }) => ({
    name,
    path: join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
  }));
}

/** Packs beside the folder and renames, because test files run at the same time and must not see half of it. */
async function packInto(folder: string, cache: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, 'packing-'));
  await Promise.all(packages.map((found) => pack(found, staging)));
  for (const old of readdirSync(cache))
    if (!old.startsWith('packing-') && join(cache, old) !== folder) rmSync(join(cache, old), { recursive: true });
  if (existsSync(folder)) rmSync(staging, { recursive: true });
  else renameSync(staging, folder);
}

/** Changes whenever a tarball would. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const { folder } of packages)
    for (const path of [...filesBelow(folder), ...filesBelow(`${folder}/dist`)].filter(isPacked))
      hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

const isPacked = (path: string): boolean => /^packages\/[^/]+\/(dist\/|package\.json$|README\.md$)/.test(path);

async function pack({ folder }: Package, destination: string): Promise<void> {
  await run(join(BIN, 'pnpm'), ['pack', '--pack-destination', destination], {
    cwd: folder,
    env: ENV,
  });
}

/** An empty project with the tarballs installed. */
export interface Consumer {
  readonly folder: string;
  /** Runs a program of the project, or `node`; rejects with its output when it fails. */
  run(command: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Copies `test/packaging/consumer` to a new folder and installs the tarballs there, and the test runners in the versions
 * that the repository itself uses.
 */
export async function installConsumer(tarballs: readonly Tarball[]): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'towtank-consumer-'));
  cpSync('test/packaging/consumer', folder, { recursive: true });
  const local = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]));
  const manifest = {
    name: 'consumer',
    private: true,
    dependencies: local,
    devDependencies: versions('jest', 'vitest', 'uvu', 'typescript', '@types/node'),
    pnpm: { overrides: local, ignoredBuiltDependencies: ['*'] },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), 'packages: []\n');
  await runIn(folder, join(BIN, 'pnpm'), ['install', '--prefer-offline', '--no-frozen-lockfile', '--ignore-scripts']);
  return {
    folder,
    run: (command, args, environment) =>
      runIn(
        folder,
        command === 'node' ? process.execPath : join(folder, 'node_modules/.bin', command),
        args,
        environment,
      ),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function runIn(cwd: string, command: string, args: readonly string[], environment = {}): Promise<string> {
  try {
    const { stdout, stderr } = await run(command, args, { cwd, env: { ...ENV, NODE_OPTIONS: '', ...environment } });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}

function versions(...names: string[]): Record<string, string> {
  const folders = ['.', ...readdirSync('test/examples').map((name) => join('test/examples', name))];
  const known = Object.assign(
    {},
    ...folders.map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).devDependencies),
  ) as Record<string, string>;
  return Object.fromEntries(names.map((name) => [name, known[name] ?? '*']));
}
