/** Runs commands in containers: by the image's own function, or the few that every container knows. */
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { ExecCall, ExecFunction } from './image.ts';

/** Files and variables that built-in commands show. */
export interface ExecWorld {
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly readFile: (path: string) => string | undefined;
}

type BuiltIn = (args: readonly string[], world: ExecWorld, call: ExecCall) => number;

const BUILT_INS: Readonly<Record<string, BuiltIn>> = {
  true: () => 0,
  false: () => 1,
  echo: (args, _, { stdout }) => print(stdout, `${args.join(' ')}\n`),
  hostname: (_, { hostname }, { stdout }) => print(stdout, `${hostname}\n`),
  env: (_, { env }, { stdout }) =>
    print(
      stdout,
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    ),
  printenv: ([name], { env }, { stdout }) => {
    const value = env[name ?? ''];
    return value === undefined ? 1 : print(stdout, `${value}\n`);
  },
  cat(paths, { readFile }, { stdout, stderr }) {
    let code = 0;
    for (const path of paths) {
      const text = readFile(path);
      if (text !== undefined) print(stdout, text);
      else {
        print(stderr, `cat: can't open '${path}': No such file or directory\n`);
        code = 1;
      }
    }
    return code;
  },
};

function print(stream: Writable, text: string): number {
  stream.write(text);
  return 0;
}

/** Exit code of a command that a container does not know: as the container runtime gives it. */
const NOT_FOUND = 127;

/** Runs a command and resolves with its exit code. A function that throws has failed with 1, or the error's `exitCode`. */
export async function execCommand(exec: ExecFunction | undefined, call: ExecCall, world: ExecWorld): Promise<number> {
  const [name = '', ...args] = call.command;
  if (exec === undefined) {
    const builtIn = BUILT_INS[name.replace(/^\/(usr\/)?bin\//, '')];
    if (builtIn !== undefined) return builtIn(args, world, call);
    call.stderr.write(`exec: "${name}": executable file not found in $PATH\n`);
    return NOT_FOUND;
  }
  try {
    const code = await exec(call);
    return typeof code === 'number' ? code : 0;
  } catch (error) {
    call.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    const { exitCode } = (error ?? {}) as { exitCode?: unknown };
    return typeof exitCode === 'number' ? exitCode : 1;
  }
}

/** The sizes of no terminal. */
export const NO_SIZES: AsyncIterable<never> = {
  async *[Symbol.asyncIterator]() {},
};

/** Runs a command without input and collects what it prints. */
export async function collectOutput(
  exec: ExecFunction | undefined,
  command: readonly string[],
  world: ExecWorld,
): Promise<{ readonly code: number; readonly output: string }> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  const stdin: Readable = new PassThrough().end();
  const { signal } = new AbortController();
  const call = { command, stdin, stdout: output, stderr: output, tty: false, resizes: NO_SIZES, signal };
  const code = await execCommand(exec, call, world);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}
