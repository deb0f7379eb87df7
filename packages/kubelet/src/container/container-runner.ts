/** One container of a Pod, through all its runs. */
import { formatTime, type Timer } from '@towtank/apimachinery';
import { ConfigError } from '../pod/environment.ts';
import type { Container, ContainerState, Probe } from '../pod/pod.ts';
import { ContainerChecks } from './container-checks.ts';
import { ContainerLog } from './container-log.ts';
import { ContainerProcess, type Exit, KILLED } from './container-process.ts';
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
const DEFAULT_GRACE_SECONDS = 30;

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
  #process: ContainerProcess | undefined;
  #setup: ExecWorld | undefined;
  #checks: ContainerChecks | undefined;
  #killTimer: Timer | undefined;
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
    return this.isRunning && (this.#checks?.started ?? false);
  }

  get isReady(): boolean {
    if (this.list === 'initContainers' && this.container.restartPolicy !== 'Always')
      return this.state.terminated?.exitCode === 0;
    if (!this.isRunning) return false;
    return this.readyOverride ?? ((this.#checks?.ready ?? false) && (this.#process?.isListening ?? false));
  }

  /** How commands are run in it; undefined while nothing runs. */
  get exec(): { readonly run: ExecFunction | undefined; readonly world: ExecWorld } | undefined {
    if (this.#process === undefined || this.#setup === undefined || !this.isRunning) return undefined;
    return { run: this.#process.exec, world: this.#setup };
  }

  /** What those may type into who attach to it; undefined while nothing runs. */
  get stdin(): ContainerStdin | undefined {
    return this.#process?.stdin;
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
    if (!this.#retired) await this.#run(found, setup);
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
    const process = this.#process;
    if (process === undefined || !this.isRunning) return;
    const { clock, activity } = this.#options.world;
    if (this.#killTimer === undefined) this.#event('Normal', 'Killing', message);
    else this.#killTimer.cancel();
    this.#checks?.close();
    if (graceMs <= 0) return process.end(KILLED);
    const stoppedBefore = this.#killTimer !== undefined;
    this.#killTimer = clock.schedule(graceMs, () => process.end(KILLED));
    if (stoppedBefore) return;
    const { preStop } = this.container.lifecycle ?? {};
    if (preStop === undefined || this.#checks === undefined) return process.stop();
    if (preStop.sleep !== undefined) {
      const timer = clock.schedule(preStop.sleep.seconds * 1000, () => process.stop());
      this.#cancelRetry = () => timer.cancel();
      return;
    }
    void activity.track('preStop', this.#checks.act(preStop, graceMs)).then(({ ok, message: why }) => {
      if (!ok) this.#event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${why}`);
      process.stop();
    });
  }

  /** No run follows the present one. */
  retire(): void {
    this.#retired = true;
    this.#cancelRetry();
  }

  /** Ends the run now: by hand, or because the node goes. */
  kill(exit: Exit = KILLED): void {
    this.#process?.end(exit);
  }

  async #run(image: Exclude<Image, Error> | undefined, setup: ExecWorld): Promise<void> {
    const { world, changed } = this.#options;
    this.previousLog = this.log ?? this.previousLog;
    this.log = new ContainerLog(world.clock);
    const process = this.#newProcess(image, setup, this.log);
    this.#process = process;
    this.#setup = setup;
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
    await process.start();
    if (this.#process !== process || !this.isRunning) return;
    this.#checks = this.#newChecks(setup, image !== undefined);
    const { postStart } = this.container.lifecycle ?? {};
    if (postStart !== undefined) await this.#postStart(postStart, this.#checks);
    changed();
  }

  #newProcess(image: Exclude<Image, Error> | undefined, setup: ExecWorld, log: ContainerLog): ContainerProcess {
    const { pod, where, nodeName, network, source, clock, random } = this.#options.world;
    return new ContainerProcess({
      image,
      container: this.container,
      log,
      network,
      source,
      podIPs: where.podIPs,
      hostIP: where.hostIP,
      context: {
        pod,
        container: this.container,
        env: setup.env,
        restartCount: this.restartCount,
        nodeName,
        podIP: where.podIP,
        network,
        clock,
        random: random.fork(`${this.container.name}/${this.restartCount}`),
        readFile: setup.readFile,
      },
      listening: () => this.#options.changed(),
      exited: (exit) => this.#finish(exit),
    });
  }

  #newChecks(setup: ExecWorld, isPlayed: boolean): ContainerChecks {
    const { world, changed } = this.#options;
    return new ContainerChecks({
      world,
      container: this.container,
      setup,
      isPlayed,
      exec: () => this.#process?.exec,
      changed,
      unhealthy: (kind, probe) => this.#unhealthy(kind, probe),
      event: (type, reason, message) => this.#event(type, reason, message),
    });
  }

  async #postStart(
    action: NonNullable<Container['lifecycle']>['postStart'] & object,
    checks: ContainerChecks,
  ): Promise<void> {
    if (action.sleep !== undefined) return;
    const { ok, message } = await checks.act(action, DEFAULT_GRACE_SECONDS * 1000);
    if (ok) return;
    this.#event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${message}`);
    this.kill();
  }

  #unhealthy(kind: 'startup' | 'liveness', { terminationGracePeriodSeconds }: Probe): void {
    const { pod } = this.#options.world;
    const seconds = terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    this.stop(seconds * 1000, `Container ${this.container.name} failed ${kind} probe, will be restarted`);
  }

  #finish({ code, reason, signal }: Exit): void {
    const { world, changed, exited } = this.#options;
    this.#checks?.close();
    this.#checks = undefined;
    this.#killTimer?.cancel();
    this.#killTimer = undefined;
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
