/** Runs one Pod: its containers in order, its status, its end. */
import { formatTime, hasReason, type Timer } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import type { Binding } from '@towtank/network';
import type { ContainerRunner } from '../container/container-runner.ts';
import type { PodWorld } from '../container/pod-world.ts';
import { DEFAULT_GRACE_SECONDS, type Pod } from './pod.ts';
import { PodContainers } from './pod-containers.ts';
import { podStatus } from './pod-status.ts';
import { StatusWriter } from './status-writer.ts';

/** What a worker works with. */
export interface PodWorkerOptions {
  readonly world: PodWorld & { pod: Pod };
  readonly pods: ResourceClient<Pod>;
  /** Nothing of the Pod uses its address any more. */
  readonly releaseAddress: () => void;
}

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
  readonly #containers: PodContainers;
  #hosts: readonly Binding[] = [];
  #deadline: Timer | undefined;
  #stopAtMs: number | undefined;
  #isOver = false;
  #verdict: typeof DEADLINE | undefined;
  #deleted = false;
  #suspended = false;
  #closed = false;

  constructor(options: PodWorkerOptions) {
    const { world, pods } = options;
    this.#options = options;
    this.#world = world;
    this.#startTime = formatTime(world.clock.now());
    this.#containers = new PodContainers({
      world,
      changed: () => this.#changed(),
      exited: (runner) => this.#exited(runner),
    });
    this.#writer = new StatusWriter({
      pods,
      activity: world.activity,
      clock: world.clock,
      pod: () => world.pod,
      status: () => this.#status(),
    });
  }

  get pod(): Pod {
    return this.#world.pod;
  }

  get world(): PodWorld {
    return this.#world;
  }

  /** Every container, in the order of the spec. */
  get runners(): readonly ContainerRunner[] {
    return this.#containers.all;
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
    if (this.#stopAtMs === undefined) this.#containers.startEphemeral();
    this.#containers.replaceImages();
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
    this.#containers.retire();
    this.#containers.kill();
    this.#releaseAddress();
  }

  /** The node fails: containers are cut off, and the API hears nothing. */
  suspend(): void {
    this.#suspended = true;
    this.#containers.kill();
    for (const host of this.#hosts) host.close();
  }

  /** The node is back: what was running is started again. */
  resume(): void {
    this.#suspended = false;
    if (this.#isOver || this.#closed) return;
    this.#hosts = this.#attach();
    if (this.pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    this.#containers.resume((runner) => this.#exited(runner));
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

  #changed(): void {
    this.#advance();
    this.#report();
  }

  /** While containers start there is nothing to say yet: the status is written when they run, or wait. */
  #report(): void {
    if (!this.#containers.areStarting && !this.#suspended) void this.#writer.write();
  }

  #advance(): void {
    if (this.#stopAtMs === undefined && !this.#suspended && !this.#closed) this.#containers.advance();
  }

  #exited(runner: ContainerRunner): void {
    if (this.#suspended || this.#closed) return;
    if (this.#stopAtMs !== undefined) return this.#stopNext();
    if (this.#containers.goOnAfter(runner)) this.#end();
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
    this.#containers.retire();
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
    this.#containers.retire();
    this.#stopNext();
  }

  /** Stops what is next; when nothing runs, the Pod is over. */
  #stopNext(): void {
    if (this.#isOver) return;
    const graceMs = Math.max(0, (this.#stopAtMs ?? 0) - this.#world.clock.now());
    if (this.#containers.stopNext(graceMs)) return;
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
      init: this.#containers.init,
      main: this.#containers.main,
      ephemeral: this.#containers.ephemeral,
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
