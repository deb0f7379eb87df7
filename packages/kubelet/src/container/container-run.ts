/** One run of a container with all that goes with it: its process, its probes and hooks, and an orderly end. */
import type { Timer } from '@towtank/apimachinery';
import { type Container, DEFAULT_GRACE_SECONDS, type Probe, podKey } from '../pod/pod.ts';
import { ContainerChecks } from './container-checks.ts';
import type { ContainerLog } from './container-log.ts';
import { ContainerProcess, type Exit, KILLED } from './container-process.ts';
import type { ContainerStdin } from './container-stdin.ts';
import type { ExecWorld } from './exec-command.ts';
import type { ExecFunction, Image } from './image.ts';
import { isJob, JobMark } from './job-mark.ts';
import type { PodWorld } from './pod-world.ts';

/** What a run works with. */
export interface ContainerRunOptions {
  readonly world: PodWorld;
  readonly container: Container;
  /** Undefined for an image that no function plays. */
  readonly image: Exclude<Image, Error> | undefined;
  readonly setup: ExecWorld;
  readonly log: ContainerLog;
  readonly restartCount: number;
  /** It has become ready, or is no longer. */
  readonly changed: () => void;
  /** Called once, when the run has ended. */
  readonly exited: (exit: Exit) => void;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** A container from its start to its exit. */
export class ContainerRun {
  readonly #options: ContainerRunOptions;
  readonly #process: ContainerProcess;
  #checks: ContainerChecks | undefined;
  #killTimer: Timer | undefined;
  #preStopTimer: Timer | undefined;
  #hasEnded = false;

  constructor(options: ContainerRunOptions) {
    this.#options = options;
    this.#process = this.#newProcess();
  }

  /** Whether the startup probe, if any, has succeeded. */
  get hasStarted(): boolean {
    return this.#checks?.started ?? false;
  }

  /** Whether its probes find it ready, and all that it serves can be reached. */
  get isReady(): boolean {
    return (this.#checks?.ready ?? false) && this.#process.isListening;
  }

  /** How commands are run in it. */
  get exec(): { readonly run: ExecFunction | undefined; readonly world: ExecWorld } {
    return { run: this.#process.exec, world: this.#options.setup };
  }

  /** What those may type into who attach to it. */
  get stdin(): ContainerStdin {
    return this.#process.stdin;
  }

  /** Resolves once it runs, its postStart hook included, or has ended. */
  async start(): Promise<void> {
    const { container, changed } = this.#options;
    await this.#process.start();
    if (this.#hasEnded) return;
    this.#checks = this.#newChecks();
    const { postStart } = container.lifecycle ?? {};
    if (postStart !== undefined) await this.#postStart(postStart, this.#checks);
    changed();
  }

  /** Ends it: preStop hook, SIGTERM, and after the grace period SIGKILL. Returns at once. */
  stop(graceMs: number, message: string): void {
    const { clock } = this.#options.world;
    const stoppedBefore = this.#killTimer !== undefined;
    if (!stoppedBefore) this.#options.event('Normal', 'Killing', message);
    this.#killTimer?.cancel();
    this.#checks?.close();
    if (graceMs <= 0) return this.kill();
    this.#killTimer = clock.schedule(graceMs, () => this.kill());
    if (!stoppedBefore) this.#preStop(graceMs);
  }

  /** Ends it now. */
  kill(exit: Exit = KILLED): void {
    this.#process.end(exit);
  }

  #preStop(graceMs: number): void {
    const { container, world, event } = this.#options;
    const { preStop } = container.lifecycle ?? {};
    if (preStop === undefined || this.#checks === undefined) return this.#process.stop();
    if (preStop.sleep !== undefined) {
      this.#preStopTimer = world.clock.schedule(preStop.sleep.seconds * 1000, () => this.#process.stop());
      return;
    }
    void world.activity.track('preStop', this.#checks.act(preStop, graceMs)).then(({ ok, message }) => {
      if (!ok) event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${message}`);
      this.#process.stop();
    });
  }

  async #postStart(
    action: NonNullable<Container['lifecycle']>['postStart'] & object,
    checks: ContainerChecks,
  ): Promise<void> {
    if (action.sleep !== undefined) return;
    const { ok, message } = await checks.act(action, DEFAULT_GRACE_SECONDS * 1000);
    if (ok) return;
    this.#options.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${message}`);
    this.kill();
  }

  #newProcess(): ContainerProcess {
    const { world, container, image, setup, log, restartCount, changed } = this.#options;
    const { pod, where, nodeName, network, source, clock, random } = world;
    const job = isJob(pod, container)
      ? new JobMark(world.jobs, `container ${container.name} of Pod ${podKey(pod)}`)
      : undefined;
    return new ContainerProcess({
      image,
      job,
      container,
      log,
      network,
      source,
      podIPs: where.podIPs,
      hostIP: where.hostIP,
      context: {
        pod,
        container,
        env: setup.env,
        restartCount,
        nodeName,
        podIP: where.podIP,
        network,
        clock: job?.watch(clock) ?? clock,
        random: random.fork(`${container.name}/${restartCount}`),
        readFile: setup.readFile,
      },
      listening: changed,
      exited: (exit) => this.#finish(exit),
    });
  }

  #newChecks(): ContainerChecks {
    const { world, container, image, setup, changed, event } = this.#options;
    return new ContainerChecks({
      world,
      container,
      setup,
      isPlayed: image !== undefined,
      exec: () => this.#process.exec,
      changed,
      unhealthy: (kind, probe) => this.#unhealthy(kind, probe),
      event,
    });
  }

  #unhealthy(kind: 'startup' | 'liveness', { terminationGracePeriodSeconds }: Probe): void {
    const { world, container } = this.#options;
    const { spec } = world.pod;
    const seconds = terminationGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    this.stop(seconds * 1000, `Container ${container.name} failed ${kind} probe, will be restarted`);
  }

  #finish(exit: Exit): void {
    this.#hasEnded = true;
    this.#checks?.close();
    this.#checks = undefined;
    this.#killTimer?.cancel();
    this.#preStopTimer?.cancel();
    this.#options.exited(exit);
  }
}
