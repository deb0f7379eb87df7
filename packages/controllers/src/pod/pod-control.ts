/** Creates and deletes the Pods of a workload, and says so in Events. */
import { type GroupVersionResource, hasReason, type KubeObject } from '@towtank/apimachinery';
import type { EventRecorder, KubeClient, ResourceClient } from '@towtank/client';
import { isNamespaceTerminating, messageOf } from '../write-failure.ts';
import type { Pod, PodTemplate } from './pod.ts';
import { controllerReference, type OwnerKind } from './workload-kind.ts';

/** A Pod as a template describes it, owned by the workload and with a generated name. */
export function podFromTemplate(template: PodTemplate, kind: OwnerKind, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(kind, owner)],
    },
    spec: template.spec,
  };
}

export const PODS: GroupVersionResource = { group: '', version: 'v1', resource: 'pods' };

/** Writes Pods in the name of their workload. */
export class PodControl {
  readonly #pods: ResourceClient<Pod>;
  readonly #events: EventRecorder;

  constructor(client: KubeClient, events: EventRecorder) {
    this.#events = events;
    this.#pods = client.resource<Pod>(PODS);
  }

  /** Creates a Pod. A namespace that is going away is not worth an Event. */
  async create(pod: Pod, owner: KubeObject): Promise<Pod> {
    try {
      const created = await this.#pods.create(pod);
      this.#events.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (!isNamespaceTerminating(error))
        this.#events.record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Deletes a Pod, gracefully. One that is gone already counts as deleted. */
  async delete(pod: Pod, owner: KubeObject): Promise<void> {
    const { name = '', namespace } = pod.metadata;
    try {
      await this.#pods.delete(name, { namespace });
      this.#events.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      if (hasReason(error, 'NotFound')) return;
      this.#events.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }
}
