/** Rules that FlowSchemas and PriorityLevelConfigurations share. */
import { duplicate, type KubeObject, required } from '@towtank/apimachinery';
import { bootstrapObjects } from '../../bootstrap/bootstrap-objects.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';

/** Each condition has a type of its own. */
export function checkConditionTypes(errors: Errors, { status }: KubeObject): void {
  const types = new Set<string>();
  for (const [index, { type = '' }] of (status?.conditions ?? []).entries()) {
    const field = `status.conditions[${index}].type`;
    if (types.has(type)) errors.push(duplicate(field, type));
    if (type === '') errors.push(required(field, 'must not be empty'));
    types.add(type);
  }
}

/** What every cluster holds and nobody may change: the schemas and levels named `exempt` and `catch-all`. */
export function fixedSpec(resource: string, { metadata }: KubeObject): Fields {
  const { name = '' } = metadata;
  if (name !== 'exempt' && name !== 'catch-all') return undefined;
  const prefix = `flowcontrol.apiserver.k8s.io/${resource}`;
  return bootstrapObjects().find((object) => object.prefix === prefix && object.key === name)?.object.spec;
}
