/** When the change happened that a write of endpoints reflects. */
import { objectKey } from '@towtank/apimachinery';
import { type Pod, readinessOf } from '../pod/pod.ts';
import type { Service } from './service.ts';

interface ServiceState {
  readonly serviceMs: number;
  readonly podMs: ReadonlyMap<string, number>;
}

/** Remembers, for each Service, which changes have been told before. */
export class TriggerTimes {
  readonly #states = new Map<string, ServiceState>();

  /**
   * The time for the trigger time annotation: at the first sight of a Service its creation, later the earliest of what
   * has changed since the last call. Undefined when nothing has: the annotation is then removed.
   */
  next(service: Service, pods: readonly Pod[]): string | undefined {
    const key = objectKey(service);
    const known = this.#states.get(key);
    const created = service.metadata.creationTimestamp ?? undefined;
    const serviceMs = created === undefined ? 0 : Date.parse(created);
    const podMs = new Map<string, number>();
    let earliest: string | undefined = serviceMs > (known?.serviceMs ?? 0) ? created : undefined;
    for (const pod of pods) {
      const { at, atMs } = readinessOf(pod);
      if (at === undefined) continue;
      const name = pod.metadata.name ?? '';
      podMs.set(name, atMs);
      if (atMs <= (known?.podMs.get(name) ?? 0)) continue;
      if (earliest === undefined || atMs < Date.parse(earliest)) earliest = at;
    }
    this.#states.set(key, { serviceMs, podMs });
    return known === undefined ? created : earliest;
  }

  /** Forgets a Service that is gone. */
  forget(key: string): void {
    this.#states.delete(key);
  }
}
