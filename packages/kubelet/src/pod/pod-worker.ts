/** Runs one Pod: its containers in order, its status, its end. */
import { formatTime, hasReason, type Timer } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import type { Binding } from '@towtank/network';
import { type ContainerList, ContainerRunner } from '../container/container-runner.ts';
import type { PodWorld } from '../container/pod-world.ts';
import { type Container, isSidecar, type Pod } from './pod.ts';
import { podStatus } from './pod-status.ts';
import { StatusWriter } from './status-writer.ts';

/** What a worker works with. */
export interface PodWorkerOptions {
  readonly world: PodWorld & { pod: Pod };
  readonly pods: ResourceClient<Pod>;
  /** Nothing of the Pod uses its address any more. */
  readonly releaseAddress: () => void;
}

const DEFAULT_GRACE_SECONDS = 30;
const DEADLINE = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** From the moment a Pod is bound to the node until nothing of it is left. */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #world: PodWorld & { pod: Pod };
  readonly #writer: StatusWriter;
  readonly #startTime: string;
  readonly #init: ContainerRunner[];
  readonly #main: ContainerRunner[];
  readonly #ephemeral: ContainerRunner[] = [];
  readonly #begun = new Set<ContainerRunner>();
  /** Running containers whose spec has changed: they start again whatever the policy. */
  readonly #outdated = new Set<ContainerRunner>();
  #hosts: readonly Binding[] = [];
  #deadline: Timer | undefined;
  #starting = 0;
  #stopAtMs: number | undefined;
  #isOver = false;
  #verdict: typeof DEADLINE | undefined;
  #deleted = false;
  #suspended = false;
  #closed = false;

  constructor(options: PodWorkerOptions) {
    const { world, pods } = options;
    const { spec } = world.pod;
    this.#options = options;
    this.#world = world;
    this.#startTime = formatTime(world.clock.now());
    this.#init = (spec.initContainers ?? []).map((container) => this.#runner(container, 'initContainers'));
    this.#main = spec.containers.map((container) => this.#runner(container, 'containers'));
    this.#writer = new StatusWriter({
      pods,
      activity: world.activity,
      clock: world.clock,
      pod: () => world.pod,
      status: () => this.#status(),
    });
    if (this.#init.length === 0)
      for (const { state } of this.#main) if (state.waiting) state.waiting = { reason: 'ContainerCreating' };
  }

  get pod(): Pod {
    return this.#world.pod;
  }

  get world(): PodWorld {
    return this.#world;
  }

  /** Every container, in the order of the spec. */
  get runners(): readonly ContainerRunner[] {
    return [...this.#init, ...this.#main, ...this.#ephemeral];
  }

  /** Begins to run the Pod. */
  start(): void {
    const { clock } = this.#world;
    const { activeDeadlineSeconds } = this.pod.spec;
    this.#hosts = this.#attach();
    if (activeDeadlineSeconds !== undefined)
      this.#deadline = clock.schedule(activeDeadlineSeconds * 1000, () => this.#fail(DEADLINE));
    this.#advance();
    this.update(this.pod);
  }

  /** The Pod has changed. */
  update(pod: Pod): void {
    this.#world.pod = pod;
    if (this.#closed) return;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    this.#startEphemeral();
    for (const runner of [...this.#init, ...this.#main]) this.#replaceImage(runner);
    this.#report();
  }

  /** The Pod is gone from the API. */
  remove(): void {
    this.#deleted = true;
    this.close();
  }

  /** Ends everything at once and writes nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer.close();
    this.#deadline?.cancel();
    for (const runner of this.runners) {
      runner.retire();
      runner.kill();
    }
    this.#releaseAddress();
  }

  /** The node fails: containers are cut off, and the API hears nothing. */
  suspend(): void {
    this.#suspended = true;
    for (const runner of this.runners) runner.kill();
    for (const host of this.#hosts) host.close();
  }

  /** The node is back: what was running is started again. */
  resume(): void {
    this.#suspended = false;
    if (this.#isOver || this.#closed) return;
    this.#hosts = this.#attach();
    if (this.pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    for (const runner of this.#begun) if (runner.state.terminated !== undefined) this.#exited(runner);
    this.#report();
  }

  /** Overrules readiness; undefined hands it back to the probes. */
  async setReady(ready: boolean | undefined): Promise<void> {
    for (const runner of this.runners) runner.readyOverride = ready;
    await this.#writer.write();
  }

  /** Waits until what holds now is in the API. */
  flush(): Promise<void> {
    return this.#writer.write();
  }

  #runner(container: Container, list: ContainerList): ContainerRunner {
    return new ContainerRunner({
      world: this.#world,
      container,
      list,
      changed: () => this.#changed(),
      exited: (runner) => this.#exited(runner),
    });
  }

  #changed(): void {
    this.#advance();
    this.#report();
  }

  /** While containers start there is nothing to say yet: the status is written when they run, or wait. */
  #report(): void {
    if (this.#starting === 0 && !this.#suspended) void this.#writer.write();
  }

  #begin(runner: ContainerRunner): void {
    this.#begun.add(runner);
    this.#starting += 1;
    const started = this.#world.activity.track('container start', runner.start());
    void started.finally(() => {
      this.#starting -= 1;
      this.#changed();
    });
  }

  /** Starts what may start now: init containers one after the other, then all others together. */
  #advance(): void {
    if (this.#stopAtMs !== undefined || this.#isOver || this.#suspended || this.#closed) return;
    for (const runner of this.#init) {
      if (!this.#begun.has(runner)) return this.#begin(runner);
      const passed = isSidecar(runner.container)
        ? runner.hasStarted || runner.restartCount > 0
        : runner.state.terminated?.exitCode === 0;
      if (!passed) return;
    }
    for (const runner of this.#main) if (!this.#begun.has(runner)) this.#begin(runner);
  }

  #exited(runner: ContainerRunner): void {
    if (this.#suspended || this.#closed) return;
    if (this.#stopAtMs !== undefined) return this.#stopNext();
    const policy = isSidecar(runner.container) ? 'Always' : (this.pod.spec.restartPolicy ?? 'Always');
    const failed = runner.state.terminated?.exitCode !== 0;
    if (this.#outdated.delete(runner)) return runner.restart();
    if (runner.list === 'ephemeralContainers') return;
    if (runner.list === 'initContainers' && !isSidecar(runner.container)) {
      if (!failed) return this.#advance();
      if (policy === 'Never') return this.#end();
      return runner.restart();
    }
    if (policy === 'Always' || (policy === 'OnFailure' && failed)) return runner.restart();
    if (this.#main.every(({ state }) => state.terminated !== undefined)) this.#end();
  }

  #fail(verdict: typeof DEADLINE): void {
    this.#verdict = verdict;
    this.#world.event('Normal', verdict.reason, verdict.message);
    this.#end();
  }

  /** The Pod has done its work, or cannot: what still runs is stopped. */
  #end(): void {
    const { clock } = this.#world;
    const seconds = this.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    this.#stopAtMs ??= clock.now() + seconds * 1000;
    for (const runner of this.runners) runner.retire();
    this.#stopNext();
  }

  #terminate(): void {
    const { clock } = this.#world;
    const { deletionGracePeriodSeconds } = this.pod.metadata;
    const seconds = deletionGracePeriodSeconds ?? this.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const stopAtMs = clock.now() + seconds * 1000;
    const isNews = this.#stopAtMs === undefined || stopAtMs < this.#stopAtMs;
    if (this.#isOver) return this.#delete();
    if (this.#suspended || !isNews) return;
    this.#stopAtMs = stopAtMs;
    for (const runner of this.runners) runner.retire();
    this.#stopNext();
  }

  /** Stops containers first, then sidecars from the last to the first; when nothing runs, the Pod is over. */
  #stopNext(): void {
    if (this.#isOver) return;
    const graceMs = Math.max(0, (this.#stopAtMs ?? 0) - this.#world.clock.now());
    const running = [...this.#main, ...this.#ephemeral].filter(({ isRunning }) => isRunning);
    const next = running.length > 0 ? running : this.#init.filter(({ isRunning }) => isRunning).slice(-1);
    if (next.length > 0) {
      for (const runner of next) runner.stop(graceMs);
      return;
    }
    this.#isOver = true;
    this.#deadline?.cancel();
    this.#releaseAddress();
    void this.#world.activity.track('pod end', this.#writer.write()).then(() => {
      if (this.pod.metadata.deletionTimestamp !== undefined) this.#delete();
    });
  }

  /** The last word of a kubelet: the object may go. */
  #delete(): void {
    if (this.#deleted || this.#closed) return;
    this.#deleted = true;
    const { name = '', namespace, uid } = this.pod.metadata;
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    const deletion = this.#options.pods
      .delete(name, { namespace, gracePeriodSeconds: 0, ...preconditions })
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) this.#deleted = false;
      });
    void this.#world.activity.track('pod deletion', deletion);
  }

  #startEphemeral(): void {
    if (this.#stopAtMs !== undefined || this.#isOver) return;
    for (const container of this.pod.spec.ephemeralContainers ?? []) {
      if (this.#ephemeral.some((runner) => runner.container.name === container.name)) continue;
      const runner = this.#runner(container, 'ephemeralContainers');
      this.#ephemeral.push(runner);
      this.#begin(runner);
    }
  }

  /** The image is what a running Pod may change: its container starts again with the new one. */
  #replaceImage(runner: ContainerRunner): void {
    const { spec } = this.pod;
    const all = [...spec.containers, ...(spec.initContainers ?? [])];
    const container = all.find(({ name }) => name === runner.container.name);
    if (container === undefined || container.image === runner.container.image) return;
    runner.container = container;
    if (!runner.isRunning) return;
    this.#outdated.add(runner);
    const seconds = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    runner.stop(seconds * 1000, `Container ${container.name} definition changed, will be restarted`);
  }

  #attach(): Binding[] {
    const { network, where } = this.#world;
    return where.podIPs.map((ip) => network.attach(ip));
  }

  #releaseAddress(): void {
    if (this.#hosts.length === 0) return;
    for (const host of this.#hosts) host.close();
    this.#hosts = [];
    this.#options.releaseAddress();
  }

  #status(): ReturnType<typeof podStatus> {
    const { where, clock } = this.#world;
    return podStatus({
      pod: this.pod,
      init: this.#init,
      main: this.#main,
      ephemeral: this.#ephemeral,
      podIPs: where.podIPs,
      hostIP: where.hostIP,
      startTime: this.#startTime,
      isOver: this.#isOver,
      verdict: this.#verdict,
      nowMs: clock.now(),
      lastCondition: (type) => this.#writer.lastCondition(type),
    });
  }
}
