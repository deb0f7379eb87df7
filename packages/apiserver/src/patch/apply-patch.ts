/** The three patch types that state changes. Server-side apply, which states wishes, has a folder of its own. */
import { badRequest, type KubeObject, StatusError } from '@towtank/apimachinery';
import { jsonKindOf } from '../schema/object-decoder.ts';
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import type { Schema } from '../schema/schema-table.ts';
import { planOf } from '../schema/type-plan.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { StrategicMergeError } from './strategic-merge-error.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

/** A patch and what it is for. */
export interface PatchRequest {
  readonly type: 'json' | 'merge' | 'strategic';
  /** Read, never changed. */
  readonly current: KubeObject;
  readonly patch: unknown;
  readonly schema: Schema;
}

/** The patched value, not yet decoded; it may share parts with the current object. Throws the real server's errors. */
export function applyPatch({ type, current, patch, schema }: PatchRequest): unknown {
  if (type === 'json') return jsonPatch(current, patch);
  const changes = asObject(patch, type === 'merge' ? 'error decoding patch: ' : '');
  if (type === 'merge') return mergePatch(current, changes);
  try {
    return strategicMergePatch(current, changes, planOf(schema));
  } catch (reason) {
    if (!(reason instanceof StrategicMergeError)) throw reason;
    if (reason.code === 400) throw badRequest(reason.message, { cause: reason });
    throw new StatusError(reason.code, reason.code === 422 ? 'Invalid' : '', reason.message, { cause: reason });
  }
}

function asObject(patch: unknown, prefix: string): JsonObject {
  if (patch === null) return {};
  if (isJsonObject(patch)) return patch;
  throw badRequest(
    `${prefix}json: cannot unmarshal ${jsonKindOf(patch)} into Go value of type map[string]interface {}`,
  );
}
