/** ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, each under a number. */
import { type GroupVersionResource, hasReason, type KubeObject } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import type { PodTemplate } from '../pod/pod.ts';
import { controllerReference, type PodOwner } from '../pod/pod-control.ts';
import { semanticEqual, templateHash } from '../pod/template-hash.ts';

/** A ControllerRevision whose data is a template, as a strategic merge patch. */
export interface ControllerRevision extends KubeObject {
  data?: { spec: { template: PodTemplate & { $patch?: string } } };
  revision: number;
}

export const CONTROLLER_REVISIONS: GroupVersionResource = {
  group: 'apps',
  version: 'v1',
  resource: 'controllerrevisions',
};

/** How the two kinds write revisions. */
export interface RevisionOptions {
  readonly owner: PodOwner;
  readonly template: PodTemplate;
  /** Label that carries the hash. */
  readonly hashLabel: string;
  readonly resource: ResourceClient<ControllerRevision>;
  /** Called with a higher count when the name is taken by another template. */
  readonly collisions: number;
}

/** The revision of the current template, and how many name collisions there have been. */
export interface CurrentRevision {
  readonly revision: ControllerRevision;
  readonly collisions: number;
}

/** Oldest first. */
export const sortRevisions = (revisions: readonly ControllerRevision[]): ControllerRevision[] =>
  [...revisions].sort(
    (a, b) => a.revision - b.revision || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  );

/** The template that a revision holds. */
export function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  if (data === undefined) return undefined;
  const { $patch: _, ...template } = data.spec.template;
  return template;
}

/** Finds the revision of the owner's template, gives an older equal one the newest number, or writes a new one. */
export async function syncRevision(
  revisions: readonly ControllerRevision[],
  options: RevisionOptions,
): Promise<CurrentRevision> {
  const { template, resource, collisions } = options;
  const sorted = sortRevisions(revisions);
  const newest = sorted.at(-1);
  const equal = sorted.filter((revision) => semanticEqual(templateOf(revision), template)).at(-1);
  if (equal !== undefined && equal === newest) return { revision: equal, collisions };
  const number = (newest?.revision ?? 0) + 1;
  if (equal === undefined) return create(options, number);
  return { revision: await resource.update({ ...equal, revision: number }), collisions };
}

/** Deletes the oldest revisions that nothing lives by, down to `limit` of them. */
export async function trimRevisions(
  revisions: readonly ControllerRevision[],
  { live, limit, resource }: { live: ReadonlySet<string>; limit: number; resource: ResourceClient<ControllerRevision> },
): Promise<void> {
  const idle = sortRevisions(revisions).filter(({ metadata }) => !live.has(metadata.name ?? ''));
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit)))
    await resource.delete(metadata.name ?? '', { namespace: metadata.namespace }).catch(unlessGone);
}

function unlessGone(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}

async function create(options: RevisionOptions, number: number): Promise<CurrentRevision> {
  const { owner, template, hashLabel, resource } = options;
  const { name: ownerName, namespace = '', annotations } = owner.object.metadata;
  for (let { collisions } = options; ; collisions += 1) {
    const hash = templateHash(template, collisions);
    const name = `${ownerName}-${hash}`;
    const object: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(owner)],
      },
      data: { spec: { template: { ...template, $patch: 'replace' } } },
      revision: number,
    };
    try {
      return { revision: await resource.create(object), collisions };
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
      const existing = await resource.get(name, { namespace });
      if (semanticEqual(templateOf(existing), template)) return { revision: existing, collisions };
    }
  }
}
