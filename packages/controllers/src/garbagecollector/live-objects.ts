/** Reads and changes the objects that the collector decides about, as they are now. */
import { hasReason, type KubeObject, type OwnerReference, parseGroupVersion } from '@towtank/apimachinery';
import type { DiscoveredResource, DiscoveryMapper, KubeClient } from '@towtank/client';
import type { GraphNode } from './owner-graph.ts';

/** What is known of where an object is. */
export type Place = Pick<GraphNode, 'apiVersion' | 'kind' | 'name' | 'namespace' | 'resource'>;

/** What an owner reference turned out to point to. */
export type OwnerState = 'solid' | 'absent' | 'waiting' | 'misplaced';

/** Objects behind the nodes of the graph. */
export class LiveObjects {
  readonly #client: KubeClient;
  readonly #mapper: DiscoveryMapper;

  constructor(client: KubeClient, mapper: DiscoveryMapper) {
    this.#client = client;
    this.#mapper = mapper;
  }

  /** The object now; undefined when there is none by that name. Throws for a kind that is not served. */
  async read(place: Place): Promise<KubeObject | undefined> {
    const resource = await this.#resourceOf(place);
    return orAbsent(this.#client.resource(resource).get(place.name, scope(resource, place.namespace)));
  }

  /** What an owner reference points to, seen from a dependent in this namespace. */
  async ownerState(reference: OwnerReference, namespace: string | undefined): Promise<OwnerState> {
    const place = { ...reference, namespace, resource: undefined };
    const resource = await this.#resourceOf(place);
    if (resource.namespaced && namespace === undefined) return 'misplaced';
    const owner = await this.read({ ...place, resource });
    if (owner === undefined || owner.metadata.uid !== reference.uid) return 'absent';
    const isWaiting =
      owner.metadata.deletionTimestamp !== undefined && owner.metadata.finalizers?.includes('foregroundDeletion');
    return isWaiting ? 'waiting' : 'solid';
  }

  /** Merges changes into the metadata of an object, unless it has changed since it was read. */
  async patchMetadata(place: Place, { metadata }: KubeObject, changes: object): Promise<void> {
    const resource = await this.#resourceOf(place);
    const { uid, resourceVersion } = metadata;
    const body = { metadata: { uid, resourceVersion, ...changes } };
    await orAbsent(this.#client.resource(resource).patch(place.name, body, scope(resource, place.namespace)));
  }

  /** Deletes an object, unless it has changed since it was read. */
  async delete(
    place: Place,
    { metadata: { uid, resourceVersion } }: KubeObject,
    propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
  ): Promise<void> {
    const resource = await this.#resourceOf(place);
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const options = { ...scope(resource, place.namespace), propagationPolicy, preconditions };
    await orAbsent(this.#client.resource(resource).delete(place.name, options));
  }

  async #resourceOf({ apiVersion, kind, resource }: Place): Promise<DiscoveredResource> {
    const found = resource ?? (await this.#mapper.resourceOf({ ...parseGroupVersion(apiVersion), kind }));
    if (found === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return found;
  }
}

const scope = ({ namespaced }: DiscoveredResource, namespace: string | undefined): { namespace?: string } =>
  namespaced && namespace !== undefined ? { namespace } : {};

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
