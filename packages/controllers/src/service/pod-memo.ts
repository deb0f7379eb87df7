/** What has been worked out for a Pod on behalf of a Service, for as long as neither changes. */
import type { Pod } from '../pod/pod.ts';
import type { Service } from './service.ts';

/**
 * Remembers one value for each pair of stored objects. Those never change: a change is another object. A Service of a
 * thousand Pods is looked at whenever one of them changes, and the others cost a look-up each.
 */
export class PodMemo<Value> {
  readonly #values = new WeakMap<Service, WeakMap<Pod, Value>>();

  /** The values of a Service; a function that remembers nothing where the Service itself may still change. */
  of(service: Service, work: (pod: Pod) => Value): (pod: Pod) => Value {
    if (!Object.isFrozen(service)) return work;
    let known = this.#values.get(service);
    if (known === undefined) {
      known = new WeakMap();
      this.#values.set(service, known);
    }
    const values = known;
    return (pod) => {
      const value = values.get(pod);
      if (value !== undefined) return value;
      const made = work(pod);
      if (Object.isFrozen(pod)) values.set(pod, made);
      return made;
    };
  }
}
