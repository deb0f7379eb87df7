/** Leaves out the fields that a conversion had nothing for. */
import type { KubeObject } from '@towtank/apimachinery';

/** The same object without fields that are undefined; the given object is changed and returned. */
export function withoutUndefined<T extends object = KubeObject>(object: T): T {
  for (const [field, value] of Object.entries(object)) if (value === undefined) Reflect.deleteProperty(object, field);
  return object;
}
