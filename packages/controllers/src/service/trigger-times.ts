/** When the change happened that a write of endpoints reflects. */
import { objectKey } from '@towtank/apimachinery';
import { type Pod, readinessOf } from '../pod/pod.ts';
import type { ListChange } from './list-changes.ts';
import type { Service } from './service.ts';

interface ServiceState {
  serviceMs: number;
  /** By name of the Pod. */
  readonly podMs: Map<string, number>;
}

/** Remembers, for each Service, which changes have been told before. */
export class TriggerTimes {
  readonly #states = new Map<string, ServiceState>();

  /**
   * The time for the trigger time annotation: at the first sight of a Service its creation, later the earliest of what
   * has changed since the last call. Undefined when nothing has: the annotation is then removed.
   */
  next(service: Service, { gone, come }: ListChange<Pod>): string | undefined {
    const key = objectKey(service);
    const known = this.#states.get(key);
    const state = known ?? { serviceMs: 0, podMs: new Map<string, number>() };
    this.#states.set(key, state);
    const created = service.metadata.creationTimestamp ?? undefined;
    const serviceMs = created === undefined ? 0 : Date.parse(created);
    let earliest: string | undefined = serviceMs > state.serviceMs ? created : undefined;
    state.serviceMs = serviceMs;
    const changed = come.map((pod) => ({ name: pod.metadata.name ?? '', ...readinessOf(pod) }));
    for (const { name, at, atMs } of changed)
      if (at !== undefined && atMs > (state.podMs.get(name) ?? 0))
        if (earliest === undefined || atMs < Date.parse(earliest)) earliest = at;
    for (const { metadata } of gone) state.podMs.delete(metadata.name ?? '');
    for (const { name, at, atMs } of changed) if (at !== undefined) state.podMs.set(name, atMs);
    return known === undefined ? created : earliest;
  }

  /** Forgets a Service that is gone. */
  forget(key: string): void {
    this.#states.delete(key);
  }
}
