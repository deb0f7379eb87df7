/** Load from a process of its own, so that the client does not take its time from what is measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a load process answers. */
export interface LoadResult {
  /** Operations per second, or bytes per second where bytes are what is counted. */
  readonly rate: number;
  /** Operations or bytes in all. */
  readonly count: number;
  /** The share of its time that the client was busy: near 1 means that the client was the limit. */
  readonly clientBusy: number;
}

/** Runs a program of `bench/load` to its end. */
export async function load(program: string, options: object): Promise<LoadResult> {
  const child = startLoad(program, options);
  let result: LoadResult | undefined;
  child.once('message', (message: LoadResult) => {
    result = message;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (result === undefined) throw new Error(`${program} ended with ${code} before it had a result`);
  return result;
}

/** Starts a program of `bench/load`; the two processes talk by messages. */
export const startLoad = (program: string, options: object): ChildProcess =>
  fork(fileURLToPath(new URL(`../load/${program}.ts`, import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--conditions=@towtank/source', '--import', 'tsx'],
    serialization: 'advanced',
  });

/** Options of a load program. */
export const loadOptions = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

/** Counts operations and time. */
export class Meter {
  #count = 0;
  #started = 0;
  #cpu: NodeJS.CpuUsage = process.cpuUsage();

  /** Begins anew: what came before was warming up. */
  begin(): void {
    this.#count = 0;
    this.#started = performance.now();
    this.#cpu = process.cpuUsage();
  }

  add(count: number): void {
    this.#count += count;
  }

  get result(): LoadResult {
    const elapsedMs = performance.now() - this.#started;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      rate: (this.#count * 1000) / elapsedMs,
      count: this.#count,
      clientBusy: (user + system) / 1000 / elapsedMs,
    };
  }
}

/** Sends the result to the parent and ends the process. */
export function finish(result: LoadResult): void {
  process.send?.(result, () => process.exit(0));
}
