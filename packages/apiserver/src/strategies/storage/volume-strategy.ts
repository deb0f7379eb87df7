/** PersistentVolumes: one source each, which does not change. */
import { forbiddenField, formatTime, invalidValue, type KubeObject } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { termWarnings } from '../pods/node-label-warnings.ts';
import { checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalDiff, internalForm } from '../validation/internal-form.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkVolumeSpec, SOURCE_NAMES } from './volume-spec-rules.ts';

function checkUpdate(errors: Errors, { metadata, spec }: KubeObject, old: KubeObject): void {
  checkVolumeSpec(errors, 'spec', spec, metadata.name ?? '');
  const source = comparable(spec, old);
  if (SOURCE_NAMES.some((name) => !deepEqual(source[name], old.spec[name])))
    errors.push(
      forbiddenField(
        'spec.persistentvolumesource',
        `spec.persistentvolumesource is immutable after creation\n${internalDiff('PersistentVolumeSource', old.spec, source)}`,
      ),
    );
  checkUnchanged(errors, 'volumeMode', spec.volumeMode, old.spec.volumeMode);
  if (old.spec.nodeAffinity !== undefined && !deepEqual(spec.nodeAffinity, old.spec.nodeAffinity))
    errors.push(
      invalidValue(
        'nodeAffinity',
        spec.nodeAffinity && internalForm('VolumeNodeAffinity', spec.nodeAffinity),
        'field is immutable, except for updating from beta label to GA',
      ),
    );
  if (old.spec.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined)
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
}

/** A secret for growing may be named later. */
function comparable(spec: Fields, old: KubeObject): Fields {
  if (old.spec.csi === undefined || old.spec.csi.controllerExpandSecretRef !== undefined) return spec;
  if (spec.csi?.controllerExpandSecretRef === undefined) return spec;
  const { controllerExpandSecretRef, ...csi } = spec.csi;
  return { ...spec, csi };
}

const STORAGE_ANNOTATIONS: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};

function warnings({ metadata, spec }: KubeObject): string[] {
  const annotated = Object.entries(STORAGE_ANNOTATIONS)
    .filter(([key]) => metadata.annotations?.[key] !== undefined)
    .map(([key, message]) => `metadata.annotations[${key}]: ${message}`);
  const terms: Fields[] = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const recycled =
    spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : [];
  return [
    ...annotated,
    ...recycled,
    ...terms.flatMap((term, index) => termWarnings(`spec.nodeAffinity.required.nodeSelectorTerms[${index}]`, term)),
  ];
}

/** The strategy of PersistentVolumes. */
export const volumeStrategy: Strategy = {
  returnsDeletedObject: true,
  prepareForCreate(volume, { clock }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  prepareForUpdate(volume, old, { subresource, clock }) {
    if (subresource === 'status' && volume.status?.phase !== old.status?.phase)
      volume.status = { ...volume.status, lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  validate: rules((errors, { metadata, spec }) => checkVolumeSpec(errors, 'spec', spec, metadata.name ?? '')),
  validateUpdate: changeRules(checkUpdate),
  warnings: (volume) => warnings(volume),
};
