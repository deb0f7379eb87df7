/** The values that field selectors compare. */
import { badRequest, type FieldRequirement, type KubeObject } from '@towtank/apimachinery';
import type { ResourceStore } from './resource-store.ts';

const GENERIC_FIELDS = ['metadata.name', 'metadata.namespace'];

/** Refuses fields that the resource cannot be selected by, in the words of the real server. */
export function checkFieldSelector({ resource }: ResourceStore, requirements: readonly FieldRequirement[]): void {
  for (const { field } of requirements) {
    if (resource.fieldSelectors.includes(field)) continue;
    const generic = resource.fieldSelectors.every((known) => GENERIC_FIELDS.includes(known));
    throw badRequest(
      generic
        ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
        : `field label not supported: ${field}`,
    );
  }
}

/** Whether an object meets every requirement of a field selector. */
export const matchesFields = (
  store: ResourceStore,
  requirements: readonly FieldRequirement[],
  object: KubeObject,
): boolean =>
  requirements.every(
    ({ field, operator, value }) => (fieldValue(store, object, field) === value) === (operator === '='),
  );

function fieldValue({ strategy }: ResourceStore, object: KubeObject, field: string): string {
  const special = strategy.selectableField?.(object, field);
  if (special !== undefined) return special;
  let value: unknown = object;
  for (const part of field.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  if (value === undefined || value === null) return BOOLEAN_FIELDS.has(field) ? 'false' : '';
  return String(value);
}

/** Fields that are false when they are not given. */
const BOOLEAN_FIELDS = new Set(['spec.hostNetwork', 'spec.unschedulable']);
