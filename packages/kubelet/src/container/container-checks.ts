/** The probes and hooks of one run of a container. */
import type { Container, Probe, ProbeAction } from '../pod/pod.ts';
import { Prober } from '../probe/prober.ts';
import { type ProbeResult, runProbe } from '../probe/run-probe.ts';
import { collectOutput, type ExecWorld } from './exec-command.ts';
import type { ExecFunction } from './image.ts';
import type { PodWorld } from './pod-world.ts';

/** What checks work with. */
export interface ContainerChecksOptions {
  readonly world: PodWorld;
  readonly container: Container;
  readonly setup: ExecWorld;
  /** Whether a function plays the container; a simulated one passes every probe. */
  readonly isPlayed: boolean;
  readonly exec: () => ExecFunction | undefined;
  /** Started or ready are other than before. */
  readonly changed: () => void;
  /** The container has to be restarted. */
  readonly unhealthy: (kind: 'startup' | 'liveness', probe: Probe) => void;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** Begins when made: the startup probe first, and once that has succeeded the others. */
export class ContainerChecks {
  readonly #options: ContainerChecksOptions;
  readonly #probers: Prober[] = [];
  #started = false;
  #ready = false;
  #closed = false;

  constructor(options: ContainerChecksOptions) {
    this.#options = options;
    const { startupProbe } = options.container;
    if (startupProbe === undefined) this.#begin();
    else
      this.#watch('startup', startupProbe, undefined, (ok) => {
        if (!ok) return options.unhealthy('startup', startupProbe);
        this.#begin();
        options.changed();
      });
  }

  get started(): boolean {
    return this.#started;
  }

  get ready(): boolean {
    return this.#started && this.#ready;
  }

  close(): void {
    this.#closed = true;
    for (const prober of this.#probers) prober.close();
  }

  /** Does once what a hook or probe says. */
  act(action: ProbeAction, timeoutMs: number): Promise<ProbeResult> {
    const { world, container, setup, exec } = this.#options;
    const { network, where, clock } = world;
    return runProbe(action, {
      container,
      podIP: where.podIP,
      network,
      source: { ip: where.hostIP, nodeName: world.nodeName },
      clock,
      timeoutMs,
      exec: (command) => collectOutput(exec(), command, setup),
    });
  }

  /** The container has started: from here on it is judged by liveness and readiness. */
  #begin(): void {
    const { container, unhealthy, changed } = this.#options;
    const { livenessProbe, readinessProbe } = container;
    this.#started = true;
    this.#ready = readinessProbe === undefined;
    if (this.#closed) return;
    if (livenessProbe !== undefined)
      this.#watch('liveness', livenessProbe, true, (ok) => ok || unhealthy('liveness', livenessProbe));
    if (readinessProbe !== undefined)
      this.#watch('readiness', readinessProbe, false, (ok) => {
        this.#ready = ok;
        changed();
      });
  }

  #watch(
    kind: 'startup' | 'liveness' | 'readiness',
    probe: Probe,
    initial: boolean | undefined,
    changed: (ok: boolean) => void,
  ): void {
    const { world, event, isPlayed } = this.#options;
    const prober = new Prober({
      probe,
      clock: world.clock,
      activity: world.activity,
      initial,
      changed,
      run: (action, timeoutMs) => (isPlayed ? this.act(action, timeoutMs) : Promise.resolve({ ok: true, message: '' })),
      failed: (message) =>
        event('Warning', 'Unhealthy', `${kind[0]?.toUpperCase()}${kind.slice(1)} probe failed: ${message}`),
    });
    this.#probers.push(prober);
    if (this.#closed) prober.close();
  }
}
