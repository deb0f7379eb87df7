/** Fields that a write cannot change, and so cannot come to manage. */
import type { Schema } from '../schema/schema-table.ts';
import type { SkippedFields } from './compare-objects.ts';
import { type FieldSet, setOfPaths } from './field-set.ts';

/** Server-owned metadata, which nobody manages. */
const SERVER_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
].map((name) => `f:${name}`);

const SERVER_TOP = ['f:apiVersion', 'f:kind'];

/** What nobody manages: the type, and metadata that is the server's. */
export const SERVER_FIELDS: FieldSet = setOfPaths([
  ...[...SERVER_TOP, 'f:metadata'].map((element) => [element]),
  ...SERVER_METADATA.map((element) => ['f:metadata', element]),
]);

/** What the status half of some kinds restores besides the spec: labels, or parts of the metadata. */
const STATUS_METADATA: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['f:labels'],
  Pod: ['f:deletionTimestamp', 'f:ownerReferences'],
};

/** Kinds whose status half restores all of the metadata. */
const STATUS_RESTORES_METADATA = new Set([
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
  'VolumeAttachment',
  'ServiceCIDR',
  'ResourceClaim',
]);

/** Fields that a write leaves as they are. */
export interface ResetFields {
  /** They and {@link SERVER_FIELDS}, as comparisons skip them. */
  readonly skipped: SkippedFields;
  /** They alone; everything below them is reset, too. */
  readonly set: FieldSet;
}

const known = new Map<string, ResetFields>();

/**
 * The fields that the main resource or a subresource of a kind leaves as they are. `hasStatus` tells whether the kind
 * has a status subresource, which takes the status out of the main resource's hands.
 */
export function resetFieldsOf(schema: Schema, subresource: string, hasStatus: boolean): ResetFields {
  const kind = schema.gvk?.[0]?.kind ?? '';
  const structural = schema.structural === true;
  const name = `${kind}/${subresource}/${hasStatus}/${structural}`;
  let fields = known.get(name);
  if (fields === undefined) {
    const { top, metadata } = resetElements(kind, subresource, { hasStatus, structural });
    fields = {
      skipped: { top: new Set([...SERVER_TOP, ...top]), metadata: new Set([...SERVER_METADATA, ...metadata]) },
      set: setOfPaths([...top.map((element) => [element]), ...metadata.map((element) => ['f:metadata', element])]),
    };
    known.set(name, fields);
  }
  return fields;
}

interface KindTraits {
  readonly hasStatus: boolean;
  readonly structural: boolean;
}

interface ResetElements {
  readonly top: readonly string[];
  readonly metadata: readonly string[];
}

function resetElements(kind: string, subresource: string, { hasStatus, structural }: KindTraits): ResetElements {
  if (subresource === '') return { top: hasStatus ? ['f:status'] : [], metadata: [] };
  if (subresource !== 'status') return { top: [], metadata: [] };
  const restoresMetadata = structural || STATUS_RESTORES_METADATA.has(kind);
  return { top: restoresMetadata ? ['f:spec', 'f:metadata'] : ['f:spec'], metadata: STATUS_METADATA[kind] ?? [] };
}
