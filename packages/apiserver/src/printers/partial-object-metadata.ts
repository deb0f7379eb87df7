/** Objects reduced to their metadata: the `PartialObjectMetadata` and `PartialObjectMetadataList` of `meta.k8s.io`. */
import type { KubeObject, ListMeta, ObjectMeta } from '@towtank/apimachinery';

/** Versions of `meta.k8s.io` that an answer may be asked in. */
export type MetaVersion = 'v1' | 'v1beta1';

/** An object's metadata, and nothing else of it. */
export interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: `meta.k8s.io/${MetaVersion}`;
  readonly metadata: ObjectMeta;
}

/** A list of {@link PartialObjectMetadata}. */
export interface PartialObjectMetadataList {
  readonly kind: 'PartialObjectMetadataList';
  readonly apiVersion: `meta.k8s.io/${MetaVersion}`;
  readonly metadata: ListMeta;
  readonly items: readonly PartialObjectMetadata[];
}

/** Reduces an object; its metadata is shared, not copied. */
export const partialObjectMetadata = (
  { metadata }: { readonly metadata: ObjectMeta },
  version: MetaVersion = 'v1',
): PartialObjectMetadata => ({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata });

/** Reduces a list and each of its items. */
export const partialObjectMetadataList = (
  { metadata, items }: { readonly metadata: ListMeta; readonly items: readonly KubeObject[] },
  version: MetaVersion = 'v1',
): PartialObjectMetadataList => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  items: items.map((item) => partialObjectMetadata(item, version)),
});
