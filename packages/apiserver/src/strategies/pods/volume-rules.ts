/** Rules for the volumes of a pod. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  type ObjectMeta,
  required,
} from '@towtank/apimachinery';
import { INITIATOR_LENGTH, isLongInitiator } from '../storage/network-volume-rules.ts';
import { checkName, type Errors, type Fields } from '../validation/field-rules.ts';
import { VOLUME_SOURCES, type VolumeSource } from './volume-sources.ts';

/** The usable volumes of a pod, by name. */
export type Volumes = ReadonlyMap<string, Fields>;

/** Whose volume it is. */
interface VolumeContext {
  readonly name: string;
  /** Absent in templates, whose pods have no name yet. */
  readonly podName: string | undefined;
}

/** Volumes have a name and one source each. Answers those without a fault, which containers may mount. */
export function checkVolumes(
  errors: Errors,
  field: string,
  volumes: readonly Fields[],
  metadata: ObjectMeta | undefined,
): Volumes {
  const good = new Map<string, Fields>();
  if (volumes.length === 0) return good;
  const podName = metadata?.name || undefined;
  for (const [index, volume] of volumes.entries()) {
    const at = `${field}[${index}]`;
    const before = errors.length;
    checkVolume(errors, at, volume, podName);
    if (good.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    if (errors.length === before) good.set(volume.name, volume);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (podName !== undefined && claimName !== undefined && createdClaims(volumes, podName).has(claimName))
      errors.push(
        invalidValue(
          `${at}.persistentVolumeClaim.claimName`,
          claimName,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      );
  }
  return good;
}

/** The claims that are made for the pod. */
const createdClaims = (volumes: readonly Fields[], podName: string): Set<string> =>
  new Set(volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${podName}-${name}`));

function checkVolume(errors: Errors, field: string, volume: Fields, podName: string | undefined): void {
  const name = volume.name ?? '';
  checkSource(errors, field, volume, { name, podName });
  if (name === '') errors.push(required(`${field}.name`));
  else checkName(errors, `${field}.name`, name, dns1123LabelErrors);
}

function checkSource(errors: Errors, field: string, volume: Fields, context: VolumeContext): void {
  const [first, ...others] = sourcesOf(volume);
  if (first === undefined) errors.push(required(field, 'must specify a volume type'));
  else first.check(errors, `${field}.${first.source}`, volume[first.source]);
  for (const { source, shown = source } of others)
    errors.push(forbiddenField(`${field}.${shown}`, 'may not specify more than 1 volume type'));
  if (volume.iscsi !== undefined && isLongInitiator(context.name, volume.iscsi))
    errors.push(invalidValue(`${field}.name`, context.name, INITIATOR_LENGTH));
  if (volume.ephemeral !== undefined && context.podName !== undefined && context.name !== '')
    checkClaimName(errors, field, context);
}

const RANKS = new Map(VOLUME_SOURCES.map(({ source }, rank) => [source, rank]));

/** The sources that a volume names, in the order of Kubernetes: one, if it is a good volume. */
function sourcesOf(volume: Fields): VolumeSource[] {
  const ranks: number[] = [];
  for (const name in volume) {
    const rank = volume[name] === undefined ? undefined : RANKS.get(name);
    if (rank !== undefined) ranks.push(rank);
  }
  return ranks.sort((a, b) => a - b).map((rank) => VOLUME_SOURCES[rank] as VolumeSource);
}

function checkClaimName(errors: Errors, field: string, { name, podName }: VolumeContext): void {
  const claim = `${podName}-${name}`;
  for (const message of dns1123SubdomainErrors(claim))
    errors.push(invalidValue(`${field}.name`, name, `PVC name "${claim}": ${message}`));
}
