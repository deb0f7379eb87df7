/** Which resources are served, and which store stands behind each. */
import type { KubeObject } from '@towtank/apimachinery';
import type { ResourceStore } from '../registry/resource-store.ts';
import type { Schema } from '../schema/schema-table.ts';
import type { Resource } from './resource.ts';
import type { ScalePaths } from './scale-paths.ts';

/** A resource in one served version. */
export interface ServedResource {
  readonly resource: Resource;
  readonly schema: Schema;
  /** Undefined for resources that nothing is stored of, such as reviews. */
  readonly store: ResourceStore | undefined;
  /** Whether the resource was defined by a CustomResourceDefinition. */
  readonly customResource?: boolean;
  /** The `openAPIV3Schema` of a custom resource, for the OpenAPI documents: with descriptions, patterns and all. */
  readonly openApiSchema?: Readonly<Record<string, unknown>>;
  /** Where a custom resource that can be scaled keeps its replicas. */
  readonly scale?: ScalePaths;
  /** From the served version to the stored one; absent when they are the same. Returns a new object. */
  readonly toStored?: (object: KubeObject) => KubeObject;
  /** From the stored version to the served one. */
  readonly fromStored?: (object: KubeObject) => KubeObject;
}

const gvrKey = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;

/** The served resources. They may come and go while the server runs (custom resources). */
export class ResourceCatalog {
  readonly #served = new Map<string, ServedResource>();
  #generation = 0;

  /** Grows with every change: what is derived from the catalog is valid for one generation. */
  get generation(): number {
    return this.#generation;
  }

  add(served: ServedResource): void {
    const { group, version, resource } = served.resource;
    this.#served.set(gvrKey(group, version, resource), served);
    this.#generation += 1;
  }

  remove(group: string, version: string, resource: string): void {
    this.#served.delete(gvrKey(group, version, resource));
    this.#generation += 1;
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#served.get(gvrKey(group, version, resource));
  }

  /** The store of a resource in whichever version; undefined when it is not served. */
  storeOf(group: string, resource: string): ResourceStore | undefined {
    for (const { resource: row, store } of this.#served.values())
      if (row.group === group && row.resource === resource && store !== undefined) return store;
    return undefined;
  }

  /** The served resources in discovery order. */
  all(): ServedResource[] {
    return [...this.#served.values()];
  }
}
