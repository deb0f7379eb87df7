/** Field sets in the form in which objects carry them: `fieldsV1`. */
import { isJsonObject, type JsonObject, setOwn } from '../schema/own-property.ts';
import { shareFields } from '../storage/shared-fields.ts';
import { type FieldNode, type FieldSet, memberNode } from './field-set.ts';
import { compareElements } from './path-element.ts';

const decoded = new WeakMap<object, FieldSet>();

const ELEMENT = /^[fkvi]:/;
const SELF = '.';

/**
 * The set that `fieldsV1` says; elements of kinds that are not known are left out. Throws when an element is broken.
 * Frozen input (from storage) is read once.
 */
export function decodeFields(fields: unknown): FieldSet {
  if (!isJsonObject(fields)) return new Map();
  const known = decoded.get(fields);
  if (known !== undefined) return known;
  const set = readLevel(fields);
  if (!Object.isFrozen(fields)) return set;
  decoded.set(fields, set);
  return set;
}

function readLevel(fields: JsonObject): FieldSet {
  const set = new Map<string, FieldNode>();
  for (const [element, value] of Object.entries(fields)) {
    if (element === SELF) continue;
    if (element.length < 2) throw new Error('key must be 2 characters long:');
    if (element[1] !== ':') throw new Error(`missing colon: ${element}`);
    if (!ELEMENT.test(element)) continue;
    if (element[0] !== 'f') JSON.parse(element.slice(2));
    set.set(element, readNode(value));
  }
  return set;
}

function readNode(value: unknown): FieldNode {
  if (!isJsonObject(value)) return memberNode(undefined);
  const below = readLevel(value);
  if (below.size === 0) return memberNode(undefined);
  return Object.hasOwn(value, SELF) ? memberNode(below) : { member: false, below };
}

/** The set as `fieldsV1`, in the order in which Kubernetes writes it. Frozen, and the same object for equal sets. */
export const encodeFields = (set: FieldSet): JsonObject => shareFields(writeLevel(set, false));

function writeLevel(set: FieldSet, isMember: boolean): JsonObject {
  const fields: JsonObject = isMember ? { [SELF]: {} } : {};
  const elements = [...set.keys()];
  if (elements.length > 1) elements.sort(compareElements);
  for (const element of elements) {
    const node = set.get(element) as FieldNode;
    setOwn(fields, element, node.below === undefined ? {} : writeLevel(node.below, node.member));
  }
  return fields;
}
