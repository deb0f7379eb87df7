/** The containers of a Pod: which start when, what follows the end of one, and in which order they stop. */
import { type ContainerList, ContainerRunner } from '../container/container-runner.ts';
import type { PodWorld } from '../container/pod-world.ts';
import { type Container, DEFAULT_GRACE_SECONDS, isSidecar, type Pod } from './pod.ts';

/** What they work with. */
export interface PodContainersOptions {
  readonly world: PodWorld & { readonly pod: Pod };
  /** Something in the status of a container is another than before. */
  readonly changed: () => void;
  /** A run has ended. */
  readonly exited: (runner: ContainerRunner) => void;
}

/** All containers of one Pod. */
export class PodContainers {
  readonly init: readonly ContainerRunner[];
  readonly main: readonly ContainerRunner[];
  readonly ephemeral: ContainerRunner[] = [];
  readonly #options: PodContainersOptions;
  readonly #begun = new Set<ContainerRunner>();
  /** Running containers whose spec has changed: they start again whatever the policy. */
  readonly #outdated = new Set<ContainerRunner>();
  #starting = 0;

  constructor(options: PodContainersOptions) {
    const { spec } = options.world.pod;
    this.#options = options;
    this.init = (spec.initContainers ?? []).map((container) => this.#runner(container, 'initContainers'));
    this.main = spec.containers.map((container) => this.#runner(container, 'containers'));
    if (this.init.length === 0)
      for (const { state } of this.main) if (state.waiting) state.waiting = { reason: 'ContainerCreating' };
  }

  /** Every container, in the order of the spec. */
  get all(): readonly ContainerRunner[] {
    return [...this.init, ...this.main, ...this.ephemeral];
  }

  /** Whether some are on their way to run, or to wait. */
  get areStarting(): boolean {
    return this.#starting > 0;
  }

  /** Starts what may start now: init containers one after the other, then all others together. */
  advance(): void {
    for (const runner of this.init) {
      if (!this.#begun.has(runner)) return this.#begin(runner);
      const passed = isSidecar(runner.container)
        ? runner.hasStarted || runner.restartCount > 0
        : runner.state.terminated?.exitCode === 0;
      if (!passed) return;
    }
    for (const runner of this.main) if (!this.#begun.has(runner)) this.#begin(runner);
  }

  /** Starts the ephemeral containers that the spec has got. */
  startEphemeral(): void {
    for (const container of this.#options.world.pod.spec.ephemeralContainers ?? []) {
      if (this.ephemeral.some((runner) => runner.container.name === container.name)) continue;
      const runner = this.#runner(container, 'ephemeralContainers');
      this.ephemeral.push(runner);
      this.#begin(runner);
    }
  }

  /** The image is what a running Pod may change: its container starts again with the new one. */
  replaceImages(): void {
    const { spec } = this.#options.world.pod;
    const all = [...spec.containers, ...(spec.initContainers ?? [])];
    for (const runner of [...this.init, ...this.main]) {
      const container = all.find(({ name }) => name === runner.container.name);
      if (container === undefined || container.image === runner.container.image) continue;
      runner.container = container;
      if (!runner.isRunning) continue;
      this.#outdated.add(runner);
      const seconds = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
      runner.stop(seconds * 1000, `Container ${container.name} definition changed, will be restarted`);
    }
  }

  /** Does what follows the end of a run. Answers whether that is the end of the Pod: its work is done, or cannot be. */
  goOnAfter(runner: ContainerRunner): boolean {
    if (this.#outdated.delete(runner)) return restarted(runner);
    if (runner.list === 'ephemeralContainers') return false;
    const { restartPolicy = 'Always' } = this.#options.world.pod.spec;
    const failed = runner.state.terminated?.exitCode !== 0;
    if (isSidecar(runner.container)) return restarted(runner);
    if (runner.list === 'initContainers') {
      if (failed) return restartPolicy === 'Never' || restarted(runner);
      this.advance();
      return false;
    }
    if (restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && failed)) return restarted(runner);
    return this.main.every(({ state }) => state.terminated !== undefined);
  }

  /** Goes on after the runs that ended while nobody could look. */
  resume(exited: (runner: ContainerRunner) => void): void {
    for (const runner of this.#begun) if (runner.state.terminated !== undefined) exited(runner);
  }

  /** Whatever ends from now on is not started again. */
  retire(): void {
    for (const runner of this.all) runner.retire();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const runner of this.all) runner.kill();
  }

  /** Stops what is to stop next: containers, then sidecars from the last to the first. False when nothing runs. */
  stopNext(graceMs: number): boolean {
    const running = [...this.main, ...this.ephemeral].filter(({ isRunning }) => isRunning);
    const next = running.length > 0 ? running : this.init.filter(({ isRunning }) => isRunning).slice(-1);
    for (const runner of next) runner.stop(graceMs);
    return next.length > 0;
  }

  #begin(runner: ContainerRunner): void {
    this.#begun.add(runner);
    this.#starting += 1;
    const started = this.#options.world.activity.track('container start', runner.start());
    void started.finally(() => {
      this.#starting -= 1;
      this.#options.changed();
    });
  }

  #runner(container: Container, list: ContainerList): ContainerRunner {
    const { world, changed, exited } = this.#options;
    return new ContainerRunner({ world, container, list, changed, exited });
  }
}

/** A container that starts again is not the end of its Pod. */
function restarted(runner: ContainerRunner): false {
  runner.restart();
  return false;
}
