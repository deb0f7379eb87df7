/** Creates and deletes the Pods of a workload, and says so in Events. */
import {
  type GroupVersionResource,
  hasReason,
  isStatusError,
  type KubeObject,
  type OwnerReference,
} from '@towtank/apimachinery';
import type { EventRecorder, KubeClient, ResourceClient } from '@towtank/client';
import type { Pod, PodTemplate } from './pod.ts';

/** A workload that owns Pods. */
export interface PodOwner {
  readonly object: KubeObject;
  readonly apiVersion: string;
  readonly kind: string;
}

/** The reference by which a workload owns an object as its controller. */
export const controllerReference = ({ object, apiVersion, kind }: PodOwner): OwnerReference => ({
  apiVersion,
  kind,
  name: object.metadata.name ?? '',
  uid: object.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** A Pod as a template describes it, owned by the workload and with a generated name. */
export function podFromTemplate(template: PodTemplate, owner: PodOwner): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.object.metadata.name}-`,
      namespace: owner.object.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
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

/** Whether a creation was refused because its namespace is being deleted. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  isStatusError(error) && (error.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** The text of any failure. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
