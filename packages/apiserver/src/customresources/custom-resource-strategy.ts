/** Objects of a custom resource in one version: what is kept, counted and checked. */
import { type FieldError, invalidValue, type KubeObject, StatusError } from '@towtank/apimachinery';
import { parseJsonPath } from '../printers/json-path.ts';
import { deepEqual } from '../registry/deep-equal.ts';
import type { Strategy } from '../registry/strategy.ts';
import type { Resource } from '../resources/resource.ts';
import type { DefinitionVersion } from './definition/definition.ts';
import type { JsonSchema } from './json-schema.ts';
import { scaleErrors } from './scale.ts';
import { embeddedErrors, listErrors } from './values/structure-errors.ts';
import { valueErrors } from './values/value-errors.ts';

/** Faults after which rules are not looked at, since they may rely on what is wrong. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** The rules of a version in the Common Expression Language, ready to run. */
export type CompiledRules = (object: KubeObject, old: KubeObject | undefined) => FieldError[];

/** What the strategy of a version knows of the resource. */
export interface VersionContext {
  /** A stored object as this version shows it. */
  readonly inVersion: (object: KubeObject) => KubeObject;
  /** Whether the definition is being deleted. */
  readonly isEnding: () => boolean;
}

/** The strategy for one version. */
export function customResourceStrategy(
  version: DefinitionVersion,
  rules: CompiledRules | undefined,
  { inVersion, isEnding }: VersionContext,
): Strategy {
  const schema = version.schema?.openAPIV3Schema ?? {};
  const hasStatus = version.subresources?.status !== undefined;
  const counted = new Set(['metadata', 'apiVersion', ...(hasStatus ? ['status'] : [])]);
  const errorsOf = (object: KubeObject, old: KubeObject | undefined, part: () => FieldError[]): FieldError[] => {
    const errors = [...part(), ...scaleErrors(object, version.subresources?.scale)];
    errors.push(...embeddedErrors(object, schema), ...listErrors(object, schema));
    if (rules === undefined) return errors;
    if (errors.some(({ reason }) => BLOCKING.has(reason))) return [...errors, UNCHECKED];
    return [...errors, ...rules(object, old)];
  };
  const whole = (object: KubeObject, old?: KubeObject): FieldError[] =>
    errorsOf(object, old, () => valueErrors(object, schema, { old }));
  return {
    allowUnconditionalUpdate: false,
    takesAnyFinalizer: true,
    warnings: finalizerWarnings,
    countsGeneration: false,
    admit(_, old, { resource }) {
      if (old === undefined && isEnding()) throw createNotAllowed(resource);
    },
    prepareForCreate(object) {
      object.metadata.generation = 1;
    },
    prepareForUpdate(object, old, { subresource }) {
      if (subresource === 'status') keepMetadata(object, old);
      else if (changed(object, old, counted)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: (object) => whole(inVersion(object)),
    validateUpdate: (object, old) => whole(inVersion(object), inVersion(old)),
    validateStatusUpdate(object, old) {
      const [next, before] = [inVersion(object), inVersion(old)];
      return errorsOf(next, before, () => statusErrors(next, before, schema));
    },
    selectableField: (object, field) => selectable(version, object, field),
  };
}

/** Finalizers without a domain may be anybody's. */
function finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  return (metadata.finalizers ?? [])
    .filter((name) => !name.includes('/') && !STANDARD.has(name) && !old?.metadata.finalizers?.includes(name))
    .map(
      (name) =>
        `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
}

const STANDARD = new Set(['orphan', 'foregroundDeletion']);

function createNotAllowed({ group, resource }: Resource): StatusError {
  const message = 'create not allowed while custom resource definition is terminating';
  return new StatusError(405, 'MethodNotAllowed', message, { details: { group, kind: resource } });
}

const UNCHECKED: FieldError = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

/** A status write changes nothing of the metadata but who manages what. */
function keepMetadata(object: KubeObject, old: KubeObject): void {
  const { managedFields, resourceVersion } = object.metadata;
  const { managedFields: _, ...kept } = structuredClone(old.metadata);
  object.metadata = {
    ...kept,
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function changed(next: KubeObject, old: KubeObject, uncounted: ReadonlySet<string>): boolean {
  const fields = new Set([...Object.keys(next), ...Object.keys(old)]);
  for (const field of fields) if (!uncounted.has(field) && !deepEqual(next[field], old[field])) return true;
  return false;
}

function statusErrors(next: KubeObject, old: KubeObject, schema: JsonSchema): FieldError[] {
  const below = schema.properties?.status;
  if (below === undefined || next.status === undefined) return [];
  return valueErrors(next.status, below, { prefix: 'status', old: old.status });
}

function selectable(
  { selectableFields = [] }: DefinitionVersion,
  object: KubeObject,
  field: string,
): string | undefined {
  const found = selectableFields.find(({ jsonPath }) => jsonPath === `.${field}`);
  if (found === undefined) return undefined;
  const [value] = parseJsonPath(found.jsonPath)?.(object) ?? [];
  return value === undefined || value === null ? '' : String(value);
}
