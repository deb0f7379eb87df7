/** Values that stand in many objects: frozen, kept once, and encoded once. */
import { deepFreeze } from './deep-freeze.ts';

const encoded = new WeakMap<object, Buffer>();

/** Freezes a value that many objects will hold, and keeps its JSON. */
export function shareValue<T extends object>(value: T, json: string = JSON.stringify(value)): T {
  encoded.set(value, Buffer.from(json));
  return deepFreeze(value);
}

/** The JSON of a shared value; undefined for all others. */
export const jsonOfShared = (value: object): Buffer | undefined => encoded.get(value);
