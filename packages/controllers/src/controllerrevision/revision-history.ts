/** ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, each under a number. */
import { type GroupVersionResource, hasReason, type KubeObject } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import type { ControllerContext } from '../controller-context.ts';
import { controlledBy, indexByController } from '../pod/controller-index.ts';
import type { PodTemplate } from '../pod/pod.ts';
import { semanticEqual, templateHash } from '../pod/template-hash.ts';
import { controllerReference, type OwnerKind } from '../pod/workload-kind.ts';
import { unlessGone } from '../write-failure.ts';

/** A ControllerRevision whose data is a template, as a strategic merge patch. */
export interface ControllerRevision extends KubeObject {
  data?: { spec: { template: PodTemplate & { $patch?: string } } };
  revision: number;
}

const CONTROLLER_REVISIONS: GroupVersionResource = {
  group: 'apps',
  version: 'v1',
  resource: 'controllerrevisions',
};

const DEFAULT_LIMIT = 10;

/** A workload that keeps revisions. */
interface Revised extends KubeObject {
  spec: { template: PodTemplate; revisionHistoryLimit?: number };
}

/** The revision of the current template, and how many name collisions there have been. */
export interface CurrentRevision {
  readonly revision: ControllerRevision;
  readonly collisions: number;
}

/** How a kind keeps its revisions. */
export interface RevisionHistoryOptions {
  readonly kind: OwnerKind;
  /** Label that carries the hash. */
  readonly hashLabel: string;
}

/** The revisions of all workloads of one kind. */
export class RevisionHistory {
  readonly #options: RevisionHistoryOptions;
  readonly #informer: Informer<ControllerRevision>;
  readonly #resource: ResourceClient<ControllerRevision>;

  constructor({ client, informers }: ControllerContext, options: RevisionHistoryOptions) {
    this.#options = options;
    this.#informer = informers.informer<ControllerRevision>(CONTROLLER_REVISIONS);
    this.#resource = client.resource<ControllerRevision>(CONTROLLER_REVISIONS);
    indexByController(this.#informer);
  }

  /** The revisions of this owner, oldest first. */
  of(owner: KubeObject): ControllerRevision[] {
    return controlledBy(this.#informer, owner).sort((a, b) => a.revision - b.revision);
  }

  /**
   * Finds the revision of the owner's template, gives an older equal one the newest number, or writes a new one.
   * `known` are its revisions, `collisions` the name collisions so far.
   */
  async sync(owner: Revised, known: readonly ControllerRevision[], collisions = 0): Promise<CurrentRevision> {
    const newest = known.at(-1);
    const equal = known.filter((revision) => semanticEqual(templateOf(revision), owner.spec.template)).at(-1);
    if (equal !== undefined && equal === newest) return { revision: equal, collisions };
    const number = (newest?.revision ?? 0) + 1;
    if (equal === undefined) return this.#create(owner, number, collisions);
    return { revision: await this.#resource.update({ ...equal, revision: number }), collisions };
  }

  /** Deletes the oldest revisions but those of these names, as many as the history is too long. */
  async trim({ spec }: Revised, known: readonly ControllerRevision[], live: ReadonlySet<string>): Promise<void> {
    const { revisionHistoryLimit = DEFAULT_LIMIT } = spec;
    const idle = known.filter(({ metadata }) => !live.has(metadata.name ?? ''));
    for (const { metadata } of idle.slice(0, Math.max(0, idle.length - revisionHistoryLimit)))
      await this.#resource.delete(metadata.name ?? '', { namespace: metadata.namespace }).catch(unlessGone);
  }

  /** A name that another template has is a collision, which the next hash avoids. */
  async #create(owner: Revised, number: number, known: number): Promise<CurrentRevision> {
    const { template } = owner.spec;
    for (let collisions = known; ; collisions += 1) {
      const object = this.#newRevision(owner, number, templateHash(template, collisions));
      try {
        return { revision: await this.#resource.create(object), collisions };
      } catch (error) {
        if (!hasReason(error, 'AlreadyExists')) throw error;
        const { name = '', namespace } = object.metadata;
        const existing = await this.#resource.get(name, { namespace });
        if (semanticEqual(templateOf(existing), template)) return { revision: existing, collisions };
      }
    }
  }

  #newRevision(owner: Revised, revision: number, hash: string): ControllerRevision {
    const { kind, hashLabel } = this.#options;
    const { name, namespace = '', annotations } = owner.metadata;
    const { template } = owner.spec;
    return {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(kind, owner)],
      },
      data: { spec: { template: { ...template, $patch: 'replace' } } },
      revision,
    };
  }
}

/** The template that a revision holds. */
export function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  if (data === undefined) return undefined;
  const { $patch: _, ...template } = data.spec.template;
  return template;
}
