/** One container of a Pod, through all its runs. */
import { formatTime } from '@towtank/apimachinery';
import { ConfigError } from '../pod/environment.ts';
import type { Container, ContainerState } from '../pod/pod.ts';
import { ContainerLog } from './container-log.ts';
import type { Exit } from './container-process.ts';
import { ContainerRun } from './container-run.ts';
import { setUpContainer } from './container-setup.ts';
import type { ContainerStdin } from './container-stdin.ts';
import type { ExecWorld } from './exec-command.ts';
import type { ExecFunction, Image } from './image.ts';
import { imageIdOf, newContainerId } from './image-id.ts';
import type { PodWorld } from './pod-world.ts';
import { formatSeconds, RestartBackoff } from './restart-backoff.ts';

/** Where in the spec a container stands. */
export type ContainerList = 'containers' | 'initContainers' | 'ephemeralContainers';

/** What a runner works with. */
export interface ContainerRunnerOptions {
  readonly world: PodWorld;
  readonly container: Container;
  readonly list: ContainerList;
  /** Something in the container's status is another than before. */
  readonly changed: () => void;
  /** A run has ended. */
  readonly exited: (runner: ContainerRunner) => void;
}

const PULL_BACKOFF_MS = 10_000;
const SETUP_RETRY_MS = 10_000;
const MAX_PULL_BACKOFF_MS = 300_000;
/** Lines and characters of the log that become a termination message. */
const MESSAGE_LINES = 80;
const MESSAGE_LENGTH = 2048;

/** Starts, probes, stops and restarts a container, and knows its status. */
export class ContainerRunner {
  container: Container;
  state: ContainerState = { waiting: { reason: 'PodInitializing' } };
  lastState: ContainerState = {};
  restartCount = 0;
  containerID: string | undefined;
  imageID = '';
  /** Set by hand: overrules what probes say. */
  readyOverride: boolean | undefined;
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
  readonly list: ContainerList;
  readonly #options: ContainerRunnerOptions;
  readonly #backoff = new RestartBackoff();
  #run: ContainerRun | undefined;
  #cancelRetry: () => void = () => {};
  #retired = false;
  #failedPulls = 0;
  #finishedMs = 0;

  constructor(options: ContainerRunnerOptions) {
    this.#options = options;
    this.container = options.container;
    this.list = options.list;
  }

  get isRunning(): boolean {
    return this.state.running !== undefined;
  }

  /** Whether the startup probe, if any, has succeeded in this run. */
  get hasStarted(): boolean {
    return this.isRunning && (this.#run?.hasStarted ?? false);
  }

  get isReady(): boolean {
    if (this.list === 'initContainers' && this.container.restartPolicy !== 'Always')
      return this.state.terminated?.exitCode === 0;
    if (!this.isRunning) return false;
    return this.readyOverride ?? this.#run?.isReady ?? false;
  }

  /** How commands are run in it; undefined while nothing runs. */
  get exec(): { readonly run: ExecFunction | undefined; readonly world: ExecWorld } | undefined {
    return this.isRunning ? this.#run?.exec : undefined;
  }

  /** What those may type into who attach to it; undefined while nothing runs. */
  get stdin(): ContainerStdin | undefined {
    return this.#run?.stdin;
  }

  /** Starts a run. Resolves once the container runs, or waits for something that is not there. */
  async start(): Promise<void> {
    this.#cancelRetry();
    const { world } = this.#options;
    const { image = '' } = this.container;
    const found = world.images.find(image);
    if (found instanceof Error) return this.#pullFailed(image, found);
    this.#failedPulls = 0;
    let setup: ExecWorld;
    try {
      setup = await setUpContainer(world, this.container);
    } catch (error) {
      return this.#configFailed(error);
    }
    if (!this.#retired) await this.#begin(found, setup);
  }

  /** Starts another run as soon as the backoff allows it. */
  restart(): void {
    if (this.#retired) return;
    const { world } = this.#options;
    if (this.state.terminated !== undefined) this.lastState = this.state;
    const waitMs = this.#backoff.dueMs(this.#finishedMs) - world.clock.now();
    if (waitMs <= 0) return this.#startAgain();
    const { name, namespace, uid } = world.pod.metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const delay = formatSeconds(this.#backoff.delayMs);
    const message = `back-off ${delay} restarting failed container=${this.container.name} pod=${pod}`;
    this.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    this.#event('Warning', 'BackOff', `Back-off restarting failed container ${this.container.name} in pod ${pod}`);
    this.#retryAfter(waitMs, () => this.#startAgain());
    this.#options.changed();
  }

  /** Stops the run: preStop hook, SIGTERM, and after the grace period SIGKILL. Returns at once. */
  stop(graceMs: number, message = `Stopping container ${this.container.name}`): void {
    this.#cancelRetry();
    if (this.isRunning) this.#run?.stop(graceMs, message);
  }

  /** No run follows the present one. */
  retire(): void {
    this.#retired = true;
    this.#cancelRetry();
  }

  /** Ends the run now: by hand, or because the node goes. */
  kill(exit?: Exit): void {
    this.#run?.kill(exit);
  }

  async #begin(image: Exclude<Image, Error> | undefined, setup: ExecWorld): Promise<void> {
    const { world, changed } = this.#options;
    const { container, restartCount } = this;
    this.previousLog = this.log ?? this.previousLog;
    this.log = new ContainerLog(world.clock);
    this.#run = new ContainerRun({
      ...{ world, container, image, setup, restartCount, changed },
      log: this.log,
      exited: (exit) => this.#finish(exit),
      event: (type, reason, message) => this.#event(type, reason, message),
    });
    this.containerID = newContainerId(world.random);
    this.imageID = imageIdOf(this.container.image ?? '');
    this.state = { running: { startedAt: formatTime(world.clock.now()) } };
    this.#event(
      'Normal',
      'Pulled',
      `Container image "${this.container.image}" already present on machine and can be accessed by the pod`,
    );
    this.#event('Normal', 'Created', 'Container created');
    this.#event('Normal', 'Started', 'Container started');
    await this.#run.start();
  }

  #finish({ code, reason, signal }: Exit): void {
    const { world, changed, exited } = this.#options;
    this.#finishedMs = world.clock.now();
    const message = this.#terminationMessage(code);
    this.state = {
      terminated: {
        exitCode: code,
        ...(signal === undefined ? {} : { signal }),
        reason,
        ...(message === '' ? {} : { message }),
        startedAt: this.state.running?.startedAt ?? null,
        finishedAt: formatTime(this.#finishedMs),
        ...(this.containerID === undefined ? {} : { containerID: this.containerID }),
      },
    };
    changed();
    exited(this);
  }

  #terminationMessage(code: number): string {
    if (code === 0 || this.container.terminationMessagePolicy !== 'FallbackToLogsOnError') return '';
    return (this.log?.tail(MESSAGE_LINES) ?? '').slice(-MESSAGE_LENGTH);
  }

  #startAgain(): void {
    const { world } = this.#options;
    this.restartCount += 1;
    this.#backoff.restarted(this.#finishedMs, world.clock.now());
    void world.activity.track('container start', this.start());
  }

  #pullFailed(image: string, { message }: Error): void {
    const waitMs = Math.min(MAX_PULL_BACKOFF_MS, PULL_BACKOFF_MS * 2 ** this.#failedPulls);
    this.#failedPulls += 1;
    this.#event('Normal', 'Pulling', `Pulling image "${image}"`);
    this.#event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    this.#event('Warning', 'Failed', 'Error: ErrImagePull');
    this.state = { waiting: { reason: 'ErrImagePull', message } };
    this.#options.changed();
    // The next look at the Pod finds the pull backing off.
    this.#retryAfter(1000, () => {
      this.state = {
        waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ${message}` },
      };
      this.#event('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      this.#options.changed();
      this.#retryAfter(waitMs, () => void this.start());
    });
  }

  #configFailed(error: unknown): void {
    const { world, changed } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    this.#event('Warning', 'Failed', `Error: ${message}`);
    if (!(error instanceof ConfigError)) {
      this.state = { waiting: { reason: 'CreateContainerError', message } };
      this.#retryAfter(SETUP_RETRY_MS, () => void this.start());
      return changed();
    }
    this.state = { waiting: { reason: 'CreateContainerConfigError', message } };
    const unwatch = world.config.watch(world.pod.metadata.namespace ?? '', () => {
      unwatch();
      void world.activity.track('container start', this.start());
    });
    this.#cancelRetry = unwatch;
    changed();
  }

  #retryAfter(ms: number, retry: () => void): void {
    this.#cancelRetry();
    const timer = this.#options.world.clock.schedule(ms, retry);
    this.#cancelRetry = () => timer.cancel();
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.world.event(type, reason, message, `spec.${this.list}{${this.container.name}}`);
  }
}
