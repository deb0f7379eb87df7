/** `metadata`: what the server fills in, and the rules it must keep. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  formatTime,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  labelValueErrors,
  type ObjectMeta,
  type OwnerReference,
  required,
  tooLong,
} from '@towtank/apimachinery';
import type { Strategy, StrategyContext } from './strategy.ts';

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Stamps a new object with its uid and creation time, and clears what a creator may not set. */
export function fillObjectMeta(object: KubeObject, { clock, random, namespace, resource }: StrategyContext): void {
  const { metadata } = object;
  if (resource.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  metadata.uid = random.uuid();
  metadata.creationTimestamp = formatTime(clock.now());
}

/** Rules for the metadata of a new object. */
export function validateObjectMeta(object: KubeObject, strategy: Strategy, namespaced: boolean): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  const nameErrors = strategy.nameErrors ?? dns1123SubdomainErrors;
  if (metadata.generateName)
    for (const message of generatedNameErrors(nameErrors, metadata.generateName))
      errors.push(invalidValue('metadata.generateName', metadata.generateName, message));
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else
    for (const message of nameErrors(metadata.name)) errors.push(invalidValue('metadata.name', metadata.name, message));
  if (namespaced && metadata.namespace !== undefined)
    for (const message of dns1123LabelErrors(metadata.namespace))
      errors.push(invalidValue('metadata.namespace', metadata.namespace, message));
  return [...errors, ...validateMapsAndOwners(metadata, strategy)];
}

/** A generated name ends in random letters, so its base may end in a dash. */
const generatedNameErrors = (nameErrors: (name: string) => string[], base: string): string[] =>
  nameErrors(base.endsWith('-') ? `${base.slice(0, -1)}a` : base);

function validateMapsAndOwners(metadata: ObjectMeta, { takesAnyFinalizer = false }: Strategy): FieldError[] {
  return [
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateOwnerReferences(metadata.ownerReferences ?? []),
    ...validateFinalizers(metadata.finalizers ?? [], takesAnyFinalizer),
  ];
}

/** Rules for labels, wherever they stand (`metadata.labels`, a pod template's). */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const message of labelKeyErrors(key)) errors.push(invalidValue(field, key, message));
    for (const message of labelValueErrors(value)) errors.push(invalidValue(field, value, message));
  }
  return errors;
}

/** Rules for annotations: qualified names in lower case, 256 KiB together. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const message of labelKeyErrors(key.toLowerCase())) errors.push(invalidValue(field, key, message));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(field, MAX_ANNOTATIONS_BYTES));
  return errors;
}

function validateOwnerReferences(owners: readonly OwnerReference[]): FieldError[] {
  const errors = owners.flatMap((owner, index) => {
    const field = `metadata.ownerReferences[${index}]`;
    return [
      ...(owner.apiVersion
        ? []
        : [invalidValue(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]),
      ...(owner.kind ? [] : [invalidValue(`${field}.kind`, owner.kind ?? '', 'must not be empty')]),
      ...(owner.name ? [] : [invalidValue(`${field}.name`, owner.name ?? '', 'must not be empty')]),
      ...(owner.uid ? [] : [invalidValue(`${field}.uid`, owner.uid ?? '', 'must not be empty')]),
    ];
  });
  const controllers = owners.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers as [OwnerReference, OwnerReference];
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`,
      ),
    );
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], takesAny: boolean): FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    const field = 'metadata.finalizers';
    const errors = labelKeyErrors(finalizer).map((message) => invalidValue(field, finalizer, message));
    if (errors.length === 0 && !takesAny && !finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer))
      errors.push(
        invalidValue(
          `${field}[${index}]`,
          finalizer,
          'name is neither a standard finalizer name nor is it fully qualified',
        ),
      );
    return errors;
  });
}

/** Keeps what an updater may not change, whatever the request says. */
export function restoreObjectMeta(metadata: ObjectMeta, old: ObjectMeta): void {
  const kept = [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'generateName',
    'selfLink',
  ] as const;
  for (const field of kept) {
    if (field === 'generateName' && metadata.generateName !== undefined) continue;
    if (old[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: old[field] });
  }
}

/** Rules for changed metadata. Server-owned fields have been restored before. */
export function validateObjectMetaUpdate(object: KubeObject, old: KubeObject, strategy: Strategy): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (old.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((name) => !(old.metadata.finalizers ?? []).includes(name)).sort();
    if (added.length > 0)
      errors.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
        ),
      );
  }
  return [...errors, ...validateMapsAndOwners(metadata, strategy)];
}
