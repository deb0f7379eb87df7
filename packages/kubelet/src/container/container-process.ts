/** One run of a container: an image function from its call to its exit. */
import { inspect } from 'node:util';
import type { Source, VirtualNetwork } from '@towtank/network';
import type { Container } from '../pod/pod.ts';
import type { ContainerLog } from './container-log.ts';
import { ContainerStdin } from './container-stdin.ts';
import type { ContainerContext, ExecFunction, Image, ImageFunction, Service } from './image.ts';
import type { JobMark } from './job-mark.ts';
import { type Listener, listenOn } from './listeners.ts';
import { DEFAULT_HTTP_PORT, planPorts } from './port-plan.ts';

/** What an image function comes to: something that serves, an exit code, or nothing. */
type ImageResult = Service | number | undefined;

/** How a run ended. */
export interface Exit {
  readonly code: number;
  readonly reason: string;
  readonly signal?: number;
}

/** What a run needs. */
export interface ContainerProcessOptions {
  /** Undefined for an image that no function plays: it runs until it is told to stop. */
  readonly image: Exclude<Image, Error> | undefined;
  readonly container: Container;
  /** Told how long the function runs, where it is to end by itself. */
  readonly job: JobMark | undefined;
  readonly context: Omit<ContainerContext, 'log' | 'signal' | 'exit' | 'stdin'>;
  readonly log: ContainerLog;
  readonly network: VirtualNetwork;
  readonly source: Source;
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  /** Called once, when the run has ended. */
  readonly exited: (exit: Exit) => void;
  /** Called once, when everything listens. */
  readonly listening: () => void;
}

export const COMPLETED: Exit = { code: 0, reason: 'Completed' };
export const SIGTERMED: Exit = { code: 143, reason: 'Error' };
export const KILLED: Exit = { code: 137, reason: 'Error' };

/** A running container. */
export class ContainerProcess {
  readonly stdin: ContainerStdin;
  readonly #options: ContainerProcessOptions;
  readonly #abort = new AbortController();
  readonly #listeners: Listener[] = [];
  #service: Extract<Service, { exec?: unknown }> | undefined;
  /** A promise of the image function that has not settled. */
  #pending = false;
  #exit: Exit | undefined;
  #isListening = false;

  constructor(options: ContainerProcessOptions) {
    this.#options = options;
    this.stdin = new ContainerStdin(options.container);
  }

  /** Whether everything that the image serves can be reached. */
  get isListening(): boolean {
    return this.#isListening && this.#exit === undefined;
  }

  /** Calls the image function. Resolves once the container counts as running: sockets are open, or a job goes on. */
  async start(): Promise<void> {
    const run = this.#run();
    if (run === undefined) return this.#listen();
    const { network, source } = this.#options;
    try {
      const result = network.runAs(source, () => run(this.#context())) as ImageResult | Promise<ImageResult>;
      if (result instanceof Promise) await this.#wait(result);
      else await this.#settle(result, false);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The image's way to run commands, where it has one. */
  get exec(): ExecFunction | undefined {
    const { image } = this.#options;
    return this.#service?.exec ?? (typeof image === 'object' ? image.exec : undefined);
  }

  /** SIGTERM: asks the container to end, and waits for nothing. */
  stop(): void {
    if (this.#exit !== undefined || this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#options.job?.end();
    if (this.#pending) return;
    const drained = this.#listeners.map((listener) => listener.drain());
    void Promise.allSettled([...drained, this.#stopService()]).then(() => this.end(COMPLETED));
  }

  /** Ends the run now. The first end holds. */
  end(exit: Exit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    this.#options.job?.end();
    this.#abort.abort();
    this.#closeListeners();
    this.stdin.close();
    this.#options.log.close();
    this.#options.exited(exit);
  }

  #run(): ImageFunction | undefined {
    const { image } = this.#options;
    return typeof image === 'object' ? image.run : image;
  }

  #context(): ContainerContext {
    const { context, log } = this.#options;
    const { stdin } = this;
    return {
      ...context,
      signal: this.#abort.signal,
      get stdin() {
        return stdin.stream;
      },
      log: (...values) => log.write(values.map(textOf).join(' ')),
      exit: (code = 0) => this.end({ code, reason: code === 0 ? 'Completed' : 'Error' }),
    };
  }

  /** A promise that settles at once is as good as a plain result; one that takes longer is a job, or still starts. */
  async #wait(result: Promise<ImageResult>): Promise<void> {
    this.#pending = true;
    if (this.#exit === undefined) this.#options.job?.begin();
    if ((this.#options.container.ports ?? []).length === 0) this.#listen();
    const settled = result
      .then(
        (value) => this.#settle(value, true),
        (error: unknown) => this.#fail(error),
      )
      .finally(() => this.#options.job?.end());
    await Promise.race([settled, turns(2)]);
  }

  async #settle(value: ImageResult, isJob: boolean): Promise<void> {
    this.#pending = false;
    if (this.#exit !== undefined) return;
    if (typeof value === 'number') return this.end({ code: value, reason: value === 0 ? 'Completed' : 'Error' });
    if (value === undefined || value === null) return isJob ? this.end(COMPLETED) : this.#listen();
    if (this.#abort.signal.aborted) return this.end(COMPLETED);
    await this.#serve(value).catch((error: unknown) => this.#fail(error));
  }

  async #serve(service: Service): Promise<void> {
    const { container, context, network, source, podIPs, hostIP, log } = this.#options;
    if (typeof service === 'object') this.#service = service as Extract<Service, { exec?: unknown }>;
    const defaultPort = Number(context.env.PORT) || DEFAULT_HTTP_PORT;
    const plan = planPorts(service, { container, podIPs, hostIP, defaultPort });
    for (const { handler, addresses } of plan) {
      const failed = (error: unknown): void => log.write(textOf(error));
      this.#listeners.push(...(await listenOn(handler, { network, source, addresses, failed })));
      // It may have been told to end while the socket opened.
      if (this.#exit !== undefined) return this.#closeListeners();
    }
    this.#listen();
  }

  #listen(): void {
    if (this.#isListening || this.#exit !== undefined) return;
    this.#isListening = true;
    this.#options.listening();
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
  }

  async #stopService(): Promise<void> {
    await this.#service?.stop?.();
  }

  #fail(error: unknown): void {
    this.#pending = false;
    const stopped = this.#abort.signal.aborted && (error as { name?: unknown } | undefined)?.name === 'AbortError';
    if (stopped) return this.end(SIGTERMED);
    this.#options.log.write(textOf(error));
    const { exitCode } = (error ?? {}) as { exitCode?: unknown };
    this.end({ code: typeof exitCode === 'number' ? exitCode : 1, reason: 'Error' });
  }
}

/** Resolves after this many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Error ? (value.stack ?? value.message) : inspect(value);
}
