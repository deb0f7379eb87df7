/** CustomResourceDefinitions: what one may say, and what becomes of its status and its deletion. */
import { type FieldError, invalidValue, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Reservation, Strategy } from '../../registry/strategy.ts';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { loadCel, loadedCel } from '../cel/load-cel.ts';
import { ruleErrors } from '../cel/rule-errors.ts';
import { hasRules } from '../cel/run-rules.ts';
import type { JsonSchema } from '../json-schema.ts';
import { type Definition, type DefinitionVersion, isTrue, storageVersionOf } from './definition.ts';
import { withConditions } from './definition-conditions.ts';
import {
  checkApproval,
  checkColumns,
  checkSpec,
  checkSpecUpdate,
  checkStatus,
  checkSubresources,
} from './definition-rules.ts';
import { schemaErrors } from './schema-rules.ts';
import { checkSelectableFields } from './selectable-rules.ts';

/** Keeps a deleted definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** The strategy of CustomResourceDefinitions. */
export const definitionStrategy: Strategy = {
  allowUnconditionalUpdate: false,
  takesAnyFinalizer: true,
  async begin(object) {
    const { versions } = (object as Definition).spec;
    if (versions?.some(({ schema }) => hasRules(schema?.openAPIV3Schema ?? {}))) await loadCel();
    return NOTHING_TAKEN;
  },
  prepareForCreate: (object) => {
    const stored = storageVersionOf((object as Definition).spec);
    object.status = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: stored === undefined ? null : [stored.name],
    };
  },
  prepareForUpdate(object, old, { subresource }) {
    if (subresource === 'status') return;
    const name = storageVersionOf((object as Definition).spec)?.name;
    const stored: string[] = (old as Definition).status?.storedVersions ?? [];
    if (name !== undefined && !stored.includes(name))
      object.status = { ...object.status, storedVersions: [...stored, name] };
  },
  validate: (object) => definitionErrors(object as Definition),
  validateUpdate(object, old) {
    const [next, before] = [object as Definition, old as Definition];
    const errors: Errors = deepEqual(next.spec, before.spec) ? [] : definitionErrors(next);
    checkSpecUpdate(errors, next.spec, before.spec, isTrue(before, 'Established'));
    return errors;
  },
  validateStatusUpdate(object) {
    const errors: Errors = [];
    checkStatus(errors, object as Definition);
    return errors;
  },
  prepareForDelete(object) {
    const { metadata } = object;
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
    delete metadata.deletionGracePeriodSeconds;
    if (metadata.generation !== undefined) metadata.generation -= 1;
    const terminating = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    };
    const conditions = withConditions(object as Definition, [terminating], metadata.deletionTimestamp ?? '');
    object.status = { ...object.status, conditions };
  },
};

function definitionErrors(given: Definition): FieldError[] {
  const definition = { ...given, spec: { ...given.spec, versions: given.spec.versions ?? [] } };
  const { metadata, spec } = definition;
  const errors: Errors = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`)
    errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  checkApproval(errors, definition);
  checkSpec(errors, spec);
  const { versions } = spec;
  for (const [index, version] of versions.entries())
    if (version.schema?.openAPIV3Schema === undefined)
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
  for (const { version, place } of parts(versions, 'schema', 'validation')) {
    const schema = version.schema?.openAPIV3Schema;
    if (schema !== undefined) errors.push(...checkedSchema(schema, `${place}.openAPIV3Schema`));
  }
  for (const { version, place } of parts(versions, 'subresources')) checkSubresources(errors, place, version);
  for (const { version, place } of parts(versions, 'additionalPrinterColumns'))
    checkColumns(errors, place, version.additionalPrinterColumns ?? []);
  for (const { version, place } of parts(versions, 'selectableFields')) checkSelectableFields(errors, place, version);
  checkStatus(errors, definition);
  return errors;
}

const NOTHING_TAKEN: Reservation = { commit: () => {}, rollback: () => {} };

/** Rules are only looked at in a schema that is right otherwise. */
function checkedSchema(schema: JsonSchema, field: string): FieldError[] {
  const errors = schemaErrors(schema, field);
  const modules = loadedCel();
  if (errors.length > 0 || !hasRules(schema) || modules === undefined) return errors;
  return ruleErrors(schema, field, modules);
}

interface Part {
  readonly version: DefinitionVersion;
  /** What the names of its fields begin with. */
  readonly place: string;
}

/** A part of all versions: once, under `spec`, where they all say the same, which is how messages name it then. */
function parts(
  versions: readonly DefinitionVersion[],
  field: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
  shared: string = field,
): Part[] {
  const [first] = versions;
  if (first !== undefined && versions.every((version) => deepEqual(version[field], first[field])))
    return [{ version: first, place: `spec.${shared}` }];
  return versions.map((version, index) => ({ version, place: `spec.versions[${index}].${field}` }));
}
