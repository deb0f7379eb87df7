/** What a Service should publish, as its Pods come and go. */
import type { IpFamily } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import type { Pod } from '../pod/pod.ts';
import type { ListChange } from '../service/list-changes.ts';
import { SelectedPods } from '../service/selected-pods.ts';
import type { Service } from '../service/service.ts';
import { DesiredEndpoints, type NodeLookup } from './desired-endpoints.ts';

/** Where to look. */
export interface Outlook {
  readonly pods: Informer<Pod>;
  readonly node: NodeLookup;
}

/** The endpoints of one Service, by address family. A new state of the Service begins them anew. */
export class PublishedEndpoints {
  readonly #outlook: Outlook;
  readonly #selected = new SelectedPods();
  readonly #families = new Map<IpFamily, DesiredEndpoints>();
  #service: Service | undefined;

  constructor(outlook: Outlook) {
    this.#outlook = outlook;
  }

  /** Takes in what has changed since the last look, and answers which Pods have. */
  look(service: Service, selector: Readonly<Record<string, string>>): ListChange<Pod> {
    const { pods, node } = this.#outlook;
    if (service !== this.#service) this.#families.clear();
    this.#service = service;
    const change = this.#selected.look(pods, service.metadata.namespace ?? '', selector);
    for (const desired of this.#families.values()) desired.update(change, node);
    return change;
  }

  /** The endpoints of one family, as of the last look at this Service. */
  of(service: Service, family: IpFamily): DesiredEndpoints {
    const known = this.#families.get(family);
    if (known !== undefined) return known;
    const desired = new DesiredEndpoints(service, family);
    desired.update({ gone: [], come: [...this.#selected.pods] }, this.#outlook.node);
    this.#families.set(family, desired);
    return desired;
  }
}
