/** The command line as its users run it: child processes of the built command (`@needs build`). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const BIN = fileURLToPath(new URL('../dist/esm/bin.js', import.meta.url));
const DEADLINE_MS = 30_000;
/** A program that stops itself the moment it listens for the signal: as early as that can be. */
const STOPS_ITSELF = `--import=data:text/javascript,${encodeURIComponent(
  "process.on('newListener', (name) => { if (name === 'SIGTERM') process.kill(process.pid, 'SIGTERM'); });",
)}`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], nodeFlags: readonly string[] = []): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  return spawn(process.execPath, [...nodeFlags, BIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
}

async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no pipes');
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)]);
  return { code, out, err };
}

/** A folder that goes with the scope. */
async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'towtank-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const failing = suite('towtank: what cannot be done is one line and exit code 1');

const FAILURES: readonly { name: string; args: string[]; manifest?: string; says: RegExp }[] = [
  { name: 'an unknown command', args: ['sail'], says: /^towtank: unknown command 'sail'$/ },
  { name: 'an unknown flag', args: ['up', '--prot', '0'], says: /^towtank: unknown option '--prot' .*--port/ },
  { name: 'a port that is no number', args: ['up', '--port', 'x'], says: /^towtank: .*'--port <n>'.*'x' is invalid/ },
  { name: 'a port beyond the last', args: ['up', '--port', '70000'], says: /a number from 0 to 65535/ },
  { name: 'a flag without its value', args: ['up', '--port'], says: /^towtank: option '--port <n>' argument missing$/ },
  { name: 'a word too many', args: ['up', 'now'], says: /^towtank: too many arguments/ },
  { name: 'a range that is none', args: ['up', '--service-cidr', 'ten'], says: /It must be a range such as 10\.96/ },
  {
    name: 'a range of impossible addresses',
    args: ['up', '--service-cidr', '999.0.0.0/16'],
    says: /"999\.0\.0\.0\/16"/,
  },
  {
    name: 'a manifest that is missing',
    args: ['up', '-f', '/no/such.yaml'],
    says: /^towtank: \/no\/such\.yaml: no such/,
  },
  {
    name: 'a kubeconfig in a folder that is missing',
    args: ['up', '--kubeconfig', '/no/such/file'],
    says: /\/no\/such/,
  },
  { name: 'broken YAML', args: ['up'], manifest: 'a: [1', says: /^towtank: .*manifest\.yaml: .* at line 1/ },
  {
    name: 'a document that is no object',
    args: ['up'],
    manifest: '- 1\n',
    says: /manifest\.yaml: a document is no object$/,
  },
  {
    name: 'a kind that is not served',
    args: ['up'],
    manifest: 'apiVersion: v1\nkind: Boat\nmetadata: { name: a }\n',
    says: /^towtank: no matches for kind "Boat" in version "v1"$/,
  },
  {
    name: 'an object that the API refuses',
    args: ['up'],
    manifest: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: A_B }\n',
    says: /^towtank: ConfigMap "A_B" is invalid: metadata\.name: Invalid value: "A_B": /,
  },
];

for (const { name, args, manifest, says } of FAILURES) {
  failing(name, async () => {
    await using scratch = await folder();
    const file = join(scratch.path, 'manifest.yaml');
    if (manifest !== undefined) await writeFile(file, manifest);
    const more = args[0] === 'up' && !args.includes('--port') ? ['--port', '0'] : [];
    const { code, out, err } = await ended(start([...args, ...more, ...(manifest === undefined ? [] : ['-f', file])]));
    assert.match(err.trimEnd(), says);
    assert.is(err.split('\n').length, 2, `one line: ${err}`);
    assert.is(out, '');
    assert.is(code, 1);
  });
}

for (const flag of ['--port', '--insecure-port', '--dns-port', '--socks-port']) {
  failing(`a taken ${flag}`, async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, out, err } = await ended(start(['up', '--port', '0', flag, String(port)]));
    taken.close();
    assert.is(err, `towtank: port ${port} of 127.0.0.1 is taken\n`);
    assert.is(out, '');
    assert.is(code, 1);
  });
}

failing.run();

const telling = suite('towtank: tells what it is');

telling('--version is the version of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(await ended(start(['--version'])), { code: 0, out: `${manifest.version}\n`, err: '' });
});

telling.run();

const stopping = suite('towtank: the signal to stop is exit code 0');

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  stopping(`--json says one line when ready, and ${signal} ends it`, async () => {
    await using scratch = await folder();
    const kubeconfig = join(scratch.path, 'config');
    const child = start(['up', '--port', '0', '--insecure-port', '0', '--json', '--kubeconfig', kubeconfig]);
    const end = ended(child);
    child.stdout?.once('data', () => child.kill(signal));
    const { code, out, err } = await end;
    assert.is(err, '');
    assert.is(code, 0);
    assert.is(out.split('\n').length, 2, `one line: ${out}`);
    const said = JSON.parse(out);
    assert.match(said.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.match(said.insecureUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(said.dns, /^127\.0\.0\.1:\d+$/);
    assert.is(said.kubeconfig, kubeconfig);
    assert.match(await readFile(kubeconfig, 'utf8'), said.url);
    assert.is((await stat(kubeconfig)).mode & 0o777, 0o600);
    await assertRefused(said.insecureUrl);
  });
}

stopping('a signal during start ends it before it is up, and leaves nothing', async () => {
  await using scratch = await folder();
  const kubeconfig = join(scratch.path, 'config');
  const args = ['up', '--port', '0', '--json', '--kubeconfig', kubeconfig];
  assert.equal(await ended(start(args, [STOPS_ITSELF])), { code: 0, out: '', err: '' });
  assert.not(existsSync(kubeconfig));
});

async function assertRefused(url: string): Promise<void> {
  const error = await fetch(url).then(
    () => undefined,
    (reason: { cause?: { code?: string } }) => reason.cause?.code,
  );
  assert.is(error, 'ECONNREFUSED');
}

stopping.run();
