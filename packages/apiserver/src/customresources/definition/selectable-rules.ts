/** Rules for the fields of custom resources that lists can be selected by. */
import { duplicate, invalidValue, required, tooMany } from '@towtank/apimachinery';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { DefinitionVersion } from './definition.ts';

const MAX_FIELDS = 8;
const TYPES = new Set(['string', 'integer', 'boolean']);

/** Checks the fields of one version against its schema. */
export function checkSelectableFields(
  errors: Errors,
  field: string,
  { selectableFields = [], schema }: DefinitionVersion,
): void {
  if (selectableFields.length === 0) return;
  const root = schema?.openAPIV3Schema;
  if (root === undefined) {
    errors.push(invalidValue(field, '', 'may only be set when validations.schema is included'));
    return;
  }
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of selectableFields.entries()) {
    const at = `${field}[${index}].jsonPath`;
    if (jsonPath === '') errors.push(required(at));
    else checkPath(errors, at, jsonPath, root);
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (selectableFields.length > MAX_FIELDS) errors.push(tooMany(field, selectableFields.length, MAX_FIELDS));
}

function checkPath(errors: Errors, at: string, path: string, root: JsonSchema): void {
  const found = path.startsWith('.') ? schemaAt(root, path.slice(1).split('.')) : undefined;
  if (found === undefined) errors.push(invalidValue(at, path, 'is an invalid path: does not refer to a valid field'));
  else if (/^\.metadata(?:\.|$)/.test(path))
    errors.push(invalidValue(at, path, 'must not point to fields in metadata'));
  else if (!TYPES.has(found.type ?? ''))
    errors.push(
      invalidValue(
        at,
        path,
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      ),
    );
}

const schemaAt = (root: JsonSchema, path: readonly string[]): JsonSchema | undefined =>
  path.reduce<JsonSchema | undefined>((schema, name) => schema?.properties?.[name], root);
