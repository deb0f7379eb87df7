/** Equal `fieldsV1` of all objects as one: most objects of a kind are written by few managers, in few shapes. */
import type { JsonObject } from '../schema/own-property.ts';
import { deepFreeze } from './deep-freeze.ts';

/** How many are remembered; when there are more, all are forgotten. */
const MAX_SHARED = 1024;

let shared = new Map<string, JsonObject>();
const encoded = new WeakMap<object, Buffer>();

/** The frozen object that stands for all objects equal to this one. */
export function shareFields(fields: JsonObject): JsonObject {
  const text = JSON.stringify(fields);
  let same = shared.get(text);
  if (same === undefined) {
    same = deepFreeze(fields);
    if (shared.size >= MAX_SHARED) shared = new Map();
    shared.set(text, same);
    encoded.set(same, Buffer.from(text));
  }
  return same;
}

/** The JSON of shared fields; undefined for objects that are not shared. */
export const bytesOfFields = (fields: object): Buffer | undefined => encoded.get(fields);
