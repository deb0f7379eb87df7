/** The scale subresource of custom resources: where its numbers are, and what they may be. */
import { type FieldError, internalError, invalidValue, type KubeObject } from '@towtank/apimachinery';
import type { ScalePaths } from '../resources/scale-paths.ts';
import type { ScaleSubresource } from './definition/definition.ts';

const MAX_REPLICAS = 2 ** 31 - 1;

/** `.spec.size` as names of fields. */
const fieldsOf = (path: string): string[] => path.replace(/^\./, '').split('.');

/** The paths of a definition as the handlers of the subresource know them. */
export function scalePaths({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScaleSubresource): ScalePaths {
  const specReplicas = fieldsOf(specReplicasPath);
  return {
    specReplicas,
    statusReplicas: fieldsOf(statusReplicasPath),
    selector: (object) => textAt(object, labelSelectorPath),
    check: (object) => {
      if (valueAt(object, specReplicas) === undefined)
        throw internalError(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`);
    },
  };
}

function textAt(object: KubeObject, path: string | undefined): string {
  const value = path === undefined || path === '' ? undefined : valueAt(object, fieldsOf(path));
  return typeof value === 'string' ? value : '';
}

const valueAt = (object: unknown, fields: readonly string[]): unknown =>
  fields.reduce<unknown>(
    (value, field) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined,
    object,
  );

/** Numbers of replicas that are none, and a selector that is no text. */
export function scaleErrors(object: KubeObject, scale: ScaleSubresource | undefined): FieldError[] {
  if (scale === undefined) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  return [
    ...replicasErrors(object, specReplicasPath),
    ...replicasErrors(object, statusReplicasPath),
    ...selectorErrors(object, labelSelectorPath),
  ];
}

function replicasErrors(object: KubeObject, path: string): FieldError[] {
  const value = valueAt(object, fieldsOf(path));
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value))
    return [invalidValue(path, 0, wrongType(path, value, 'int64'))];
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  return value > MAX_REPLICAS ? [invalidValue(path, value, `should be less than or equal to ${MAX_REPLICAS}`)] : [];
}

function selectorErrors(object: KubeObject, path: string): FieldError[] {
  const value = path === '' ? undefined : valueAt(object, fieldsOf(path));
  if (value === undefined || typeof value === 'string') return [];
  return [invalidValue(path, '', wrongType(path, value, 'string'))];
}

const wrongType = (path: string, value: unknown, wanted: string): string =>
  `${path} accessor error: ${goText(value)} is of the type ${goTypeOf(value)}, expected ${wanted}`;

const goText = (value: unknown): string =>
  value === null ? '<nil>' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function goTypeOf(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    default:
      return 'map[string]interface {}';
  }
}
