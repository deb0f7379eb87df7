/** Fields that a write cannot change, and so cannot come to manage. */
import type { Schema } from '../schema/schema-table.ts';
import type { SkippedFields } from './compare-objects.ts';

/** Server-owned metadata, which nobody manages. */
const STRIPPED_METADATA = [
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

const STRIPPED_TOP = ['f:apiVersion', 'f:kind'];

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

interface ResetFields extends SkippedFields {
  readonly top: ReadonlySet<string>;
  readonly metadata: ReadonlySet<string>;
}

const known = new Map<string, ResetFields>();

/**
 * The fields that the main resource or a subresource of a kind leaves as they are. `hasStatus` tells whether the kind
 * has a status subresource, which takes the status out of the main resource's hands.
 */
export function resetFieldsOf(schema: Schema, subresource: string, hasStatus: boolean): ResetFields {
  const kind = schema.gvk?.[0]?.kind ?? '';
  const name = `${kind}/${subresource}/${hasStatus}/${schema.structural === true}`;
  let fields = known.get(name);
  if (fields === undefined) {
    fields = makeResetFields(kind, subresource, { hasStatus, structural: schema.structural === true });
    known.set(name, fields);
  }
  return fields;
}

interface KindTraits {
  readonly hasStatus: boolean;
  readonly structural: boolean;
}

function makeResetFields(kind: string, subresource: string, { hasStatus, structural }: KindTraits): ResetFields {
  const top = new Set(STRIPPED_TOP);
  const metadata = new Set(STRIPPED_METADATA);
  if (subresource === '') {
    if (hasStatus) top.add('f:status');
  } else if (subresource === 'status') {
    top.add('f:spec');
    if (structural || STATUS_RESTORES_METADATA.has(kind)) top.add('f:metadata');
    for (const element of STATUS_METADATA[kind] ?? []) metadata.add(element);
  }
  return { top, metadata };
}
