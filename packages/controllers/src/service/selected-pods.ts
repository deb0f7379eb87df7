/** The Pods that one Service selects, followed from look to look. */
import type { Informer } from '@towtank/client';
import type { Pod } from '../pod/pod.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { type ListChange, ListChanges } from './list-changes.ts';
import { selects } from './pod-membership.ts';

/** Keeps the Pods of a Service. A look at them costs what has changed since the last one, however many there are. */
export class SelectedPods {
  #selector: Readonly<Record<string, string>> = {};
  #changes = new ListChanges<Pod>();
  #pods = new Set<Pod>();

  /** The Pods as they were at the last look. */
  get pods(): ReadonlySet<Pod> {
    return this.#pods;
  }

  /** Looks at the Pods of the Service's namespace. After a change of the selector all are gone, and come anew. */
  look(pods: Informer<Pod>, namespace: string, selector: Readonly<Record<string, string>>): ListChange<Pod> {
    const dropped: Pod[] = [];
    if (!semanticEqual(selector, this.#selector)) {
      dropped.push(...this.#pods);
      this.#changes = new ListChanges();
      this.#pods = new Set();
      this.#selector = selector;
    }
    const change = this.#changes.next(pods.inNamespace(namespace));
    const gone = change.gone.filter((pod) => this.#pods.delete(pod));
    const come = change.come.filter((pod) => selects(selector, pod));
    for (const pod of come) this.#pods.add(pod);
    return { gone: [...dropped, ...gone], come };
  }
}
