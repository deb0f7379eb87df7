/** Equal `fieldsV1` of all objects as one: most objects of a kind are written by few managers, in few shapes. */
import type { JsonObject } from '../schema/own-property.ts';
import { shareValue } from './shared-value.ts';

/** How many are remembered; when there are more, all are forgotten. */
const MAX_SHARED = 1024;

let shared = new Map<string, JsonObject>();

/** The frozen object that stands for all objects equal to this one. */
export function shareFields(fields: JsonObject): JsonObject {
  const json = JSON.stringify(fields);
  let same = shared.get(json);
  if (same === undefined) {
    same = shareValue(fields, json);
    if (shared.size >= MAX_SHARED) shared = new Map();
    shared.set(json, same);
  }
  return same;
}
