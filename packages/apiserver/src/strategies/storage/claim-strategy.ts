/** PersistentVolumeClaims: what is asked for does not change, but a bound claim may grow. */
import { compareQuantities, forbiddenField, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkUnchanged, type Errors, type Fields, IMMUTABLE } from '../validation/field-rules.ts';
import { internalDiff } from '../validation/internal-form.ts';
import { isWhole } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkClaimSpec } from './claim-spec-rules.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const SPEC_MESSAGE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function checkUpdate(errors: Errors, claim: KubeObject, old: KubeObject): void {
  checkClaimSpec(errors, 'spec', claim.spec);
  const [before, after] = [
    old.metadata.annotations?.[CLASS_ANNOTATION],
    claim.metadata.annotations?.[CLASS_ANNOTATION],
  ];
  const upgrades =
    before !== undefined &&
    old.spec.storageClassName === undefined &&
    claim.spec.storageClassName === before &&
    (after === undefined || after === before);
  if (!upgrades && before !== after)
    errors.push(invalidValue(`metadata.annotations.${CLASS_ANNOTATION}`, after ?? '', IMMUTABLE));
  checkSpecUnchanged(errors, claim, old);
  checkSize(errors, claim, old);
  checkUnchanged(errors, 'volumeMode', claim.spec.volumeMode, old.spec.volumeMode);
  checkAttributesClass(errors, claim, old);
}

/** A class of attributes that has been applied is replaced, never taken away. */
function checkAttributesClass(errors: Errors, { spec }: KubeObject, old: KubeObject): void {
  const wanted = spec.volumeAttributesClassName;
  if (wanted === old.spec.volumeAttributesClassName || wanted) return;
  if (old.status?.currentVolumeAttributesClassName === undefined) return;
  const what = wanted === undefined ? 'nil' : 'empty string';
  errors.push(
    forbiddenField(
      'spec.volumeAttributesClassName',
      `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
    ),
  );
}

/** All but what may change stays: the volume may be set once, as may the class; the size of a bound claim changes. */
function checkSpecUnchanged(errors: Errors, claim: KubeObject, old: KubeObject): void {
  const spec = structuredClone(claim.spec);
  const before = old.spec.volumeName ? old.spec : { ...old.spec, volumeName: spec.volumeName };
  const annotated = old.metadata.annotations?.[CLASS_ANNOTATION];
  if (old.spec.storageClassName === undefined && (annotated === undefined || spec.storageClassName === annotated))
    spec.storageClassName = undefined;
  if (claim.status?.phase === 'Bound') {
    if (spec.resources?.requests !== undefined) spec.resources.requests.storage = old.spec.resources?.requests?.storage;
    spec.volumeAttributesClassName = old.spec.volumeAttributesClassName;
  }
  if (!deepEqual(spec, before))
    errors.push(forbiddenField('spec', `${SPEC_MESSAGE}\n${internalDiff('PersistentVolumeClaimSpec', before, spec)}`));
}

function checkSize(errors: Errors, claim: KubeObject, old: KubeObject): void {
  const size = claim.spec.resources?.requests?.storage ?? '0';
  if (compareQuantities(size, old.spec.resources?.requests?.storage ?? '0') >= 0) return;
  if (compareQuantities(size, old.status?.capacity?.storage ?? '0') <= 0)
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
}

function checkStatus(errors: Errors, { spec, status }: KubeObject): void {
  if (!spec.accessModes?.length) errors.push(required('Spec.accessModes'));
  for (const [name, amount] of Object.entries((status?.capacity ?? {}) as Record<string, string>))
    if (compareQuantities(amount, '0') < 0)
      errors.push(invalidValue(`status.capacity[${name}]`, amount, 'must be a valid resource quantity'));
}

/** Storage comes in whole bytes, though parts of one are accepted. */
function sizeWarnings({ spec }: KubeObject): string[] {
  return ['requests', 'limits'].flatMap((part) => {
    const amount = spec.resources?.[part]?.storage;
    return amount === undefined || isWhole(amount)
      ? []
      : [`spec.resources.${part}[storage]: fractional byte value "${amount}" is invalid, must be an integer`];
  });
}

/** The strategy of PersistentVolumeClaims. */
export const claimStrategy: Strategy = {
  returnsDeletedObject: true,
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    copyDataSource(claim.spec);
  },
  prepareForUpdate(claim, _old, { subresource }) {
    if (subresource !== 'status') copyDataSource(claim.spec);
  },
  validate: rules((errors, { spec }) => checkClaimSpec(errors, 'spec', spec)),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: rules(checkStatus),
  warnings: (claim) => sizeWarnings(claim),
};

/** The older field and the newer one say the same wherever both can. */
function copyDataSource(spec: Fields): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = structuredClone(dataSource);
  else if (dataSource === undefined && dataSourceRef !== undefined && !dataSourceRef.namespace) {
    const core = !dataSourceRef.apiGroup && dataSourceRef.kind === 'PersistentVolumeClaim';
    const snapshot = dataSourceRef.apiGroup === 'snapshot.storage.k8s.io' && dataSourceRef.kind === 'VolumeSnapshot';
    if (core || snapshot) spec.dataSource = structuredClone(dataSourceRef);
  }
}
