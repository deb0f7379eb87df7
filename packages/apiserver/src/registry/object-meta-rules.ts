/** The rules that the `metadata` of every object keeps. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  labelValueErrors,
  type ObjectMeta,
  type OwnerReference,
  pathSegmentErrors,
  required,
  tooLong,
} from '@towtank/apimachinery';
import type { Strategy } from './strategy.ts';

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Rules for the metadata of a new object. */
export function validateObjectMeta(object: KubeObject, strategy: Strategy, namespaced: boolean): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  const nameErrors = strategy.nameErrors ?? dns1123SubdomainErrors;
  checkBase(errors, metadata, nameErrors);
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else
    for (const message of nameErrors(metadata.name)) errors.push(invalidValue('metadata.name', metadata.name, message));
  if (namespaced && metadata.namespace !== undefined)
    for (const message of dns1123LabelErrors(metadata.namespace))
      errors.push(invalidValue('metadata.namespace', metadata.namespace, message));
  if ((metadata.generation ?? 0) < 0)
    errors.push(invalidValue('metadata.generation', metadata.generation, 'must be greater than or equal to 0'));
  checkDescription(errors, metadata);
  checkFinalizers(errors, metadata.finalizers);
  if (strategy.takesAnyFinalizer !== true) checkFinalizerDomains(errors, metadata.finalizers);
  return errors;
}

/**
 * Rules for changed metadata, of which the server's own fields have been restored before. The real server runs most of
 * them several times, for all kinds alike and for the kind, and its answers have a cause for each.
 */
export function validateObjectMetaUpdate(object: KubeObject, old: KubeObject, strategy: Strategy): FieldError[] {
  const { metadata } = object;
  const description: FieldError[] = [];
  const finalizers: FieldError[] = [];
  const domains: FieldError[] = [];
  const changes: FieldError[] = [];
  checkDescription(description, metadata);
  checkFinalizers(finalizers, metadata.finalizers);
  if (strategy.takesAnyFinalizer !== true) checkFinalizerDomains(domains, metadata.finalizers);
  checkChanges(changes, metadata, old.metadata);
  const errors: FieldError[] = [];
  checkBase(errors, metadata, pathSegmentErrors);
  errors.push(...description, ...finalizers, ...changes, ...description);
  for (const rules of strategy.metadataRulesOfUpdate ?? ['update']) {
    if (rules === 'update') errors.push(...changes, ...description, ...domains);
    else {
      checkBase(errors, metadata, strategy.nameErrors ?? dns1123SubdomainErrors);
      errors.push(...description, ...finalizers, ...domains);
    }
  }
  return errors;
}

/**
 * A generated name ends in random letters, so its base may end in a dash; the letter before the dash goes with it, as
 * in the real server. What only has to fit into a path is taken as it is.
 */
function checkBase(errors: FieldError[], { generateName }: ObjectMeta, nameErrors: (name: string) => string[]): void {
  if (!generateName) return;
  const ends = nameErrors !== pathSegmentErrors && generateName.length > 1 && generateName.endsWith('-');
  for (const message of nameErrors(ends ? `${generateName.slice(0, -2)}a` : generateName))
    errors.push(invalidValue('metadata.generateName', generateName, message));
}

/** Labels, annotations and owners, which creators and updaters write alike. */
function checkDescription(errors: FieldError[], { labels, annotations, ownerReferences }: ObjectMeta): void {
  if (labels !== undefined) checkLabels(errors, labels, 'metadata.labels');
  if (annotations !== undefined) checkAnnotations(errors, annotations, 'metadata.annotations');
  if (ownerReferences) checkOwners(errors, ownerReferences);
}

type TextMap = Readonly<Record<string, string>>;

/** Rules for labels, wherever they stand (`metadata.labels`, a pod template's). */
export function validateLabels(labels: TextMap | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (labels !== undefined) checkLabels(errors, labels, field);
  return errors;
}

function checkLabels(errors: FieldError[], labels: TextMap, field: string): void {
  for (const key in labels) {
    for (const message of labelKeyErrors(key)) errors.push(invalidValue(field, key, message));
    const value = labels[key] ?? '';
    for (const message of labelValueErrors(value)) errors.push(invalidValue(field, value, message));
  }
}

/** Rules for annotations: qualified names in lower case, 256 KiB together. */
export function validateAnnotations(annotations: TextMap | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (annotations !== undefined) checkAnnotations(errors, annotations, field);
  return errors;
}

function checkAnnotations(errors: FieldError[], annotations: TextMap, field: string): void {
  let bytes = 0;
  for (const key in annotations) {
    for (const message of labelKeyErrors(key.toLowerCase())) errors.push(invalidValue(field, key, message));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(field, MAX_ANNOTATIONS_BYTES));
}

function checkOwners(errors: FieldError[], owners: readonly OwnerReference[]): void {
  const field = 'metadata.ownerReferences';
  let first = '';
  for (const owner of owners) {
    checkOwner(errors, field, owner);
    if (owner.controller !== true) continue;
    const controller = `${owner.kind ?? ''}/${owner.name ?? ''}`;
    if (first === '') first = controller;
    else
      errors.push(
        invalidValue(
          field,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${controller}`,
        ),
      );
  }
}

/** One owner. The real server does not say which of the list it is. */
function checkOwner(errors: FieldError[], field: string, owner: OwnerReference): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  if (versionOf(apiVersion) === '')
    errors.push(invalidValue(`${field}.apiVersion`, apiVersion, 'version must not be empty'));
  if (kind === '') errors.push(invalidValue(`${field}.kind`, kind, 'must not be empty'));
  if (name === '') errors.push(invalidValue(`${field}.name`, name, 'must not be empty'));
  if (uid === '') errors.push(invalidValue(`${field}.uid`, uid, 'must not be empty'));
  if (apiVersion === 'v1' && kind === 'Event')
    errors.push(invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner'));
}

/** The version in `group/version`; more than one slash is no version at all. */
function versionOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash !== apiVersion.lastIndexOf('/') ? '' : apiVersion.slice(slash + 1);
}

function checkFinalizers(errors: FieldError[], finalizers: readonly string[] | undefined): void {
  if (!finalizers?.length) return;
  const field = 'metadata.finalizers';
  for (const finalizer of finalizers)
    for (const message of labelKeyErrors(finalizer)) errors.push(invalidValue(field, finalizer, message));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue(field, finalizers, 'finalizer foregroundDeletion and orphan cannot be both set'));
}

function checkFinalizerDomains(errors: FieldError[], finalizers: readonly string[] | undefined): void {
  if (!finalizers?.length) return;
  for (const [index, finalizer] of finalizers.entries())
    checkFinalizerDomain(errors, `metadata.finalizers[${index}]`, finalizer);
}

/** A finalizer is one of Kubernetes' own, or has a domain. */
export function checkFinalizerDomain(errors: FieldError[], field: string, finalizer: string): void {
  if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return;
  errors.push(invalidValue(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
}

const SET_BY_DELETION = ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

function checkChanges(errors: FieldError[], next: ObjectMeta, old: ObjectMeta): void {
  if (old.deletionTimestamp !== undefined && next.finalizers) checkNoneAdded(errors, next.finalizers, old.finalizers);
  for (const name of SET_BY_DELETION)
    if (next[name] !== old[name]) errors.push(invalidValue(`metadata.${name}`, next[name], 'field is immutable'));
}

function checkNoneAdded(errors: FieldError[], next: readonly string[], old: readonly string[] = []): void {
  const added = next.filter((name) => !old.includes(name)).sort();
  if (added.length === 0) return;
  const shown = added.map((name) => JSON.stringify(name)).join(', ');
  errors.push(
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
    ),
  );
}
