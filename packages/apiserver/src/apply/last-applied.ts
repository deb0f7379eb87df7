/** The annotation in which client-side apply keeps what it applied last, and how server-side apply takes it over. */
import type { KubeObject } from '@towtank/apimachinery';
import { copyJson, isJsonObject } from '../schema/own-property.ts';
import type { Schema } from '../schema/schema-table.ts';
import { planOf } from '../schema/type-plan.ts';
import { compareObjects } from './compare-objects.ts';
import { difference, type FieldSet } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The fields that client-side apply set and nobody has changed since: those kubectl may take without a conflict.
 * Undefined when there is no such annotation, or none that can be read.
 */
export function lastAppliedFields(live: KubeObject, schema: Schema, apiVersion: string): FieldSet | undefined {
  const text = live.metadata.annotations?.[ANNOTATION];
  if (!text) return undefined;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(last) || last.apiVersion !== apiVersion) return undefined;
  const plan = planOf(schema);
  const { changed, removed } = compareObjects(plan, last, live);
  return difference(difference(fieldSetOf(last, plan), changed), removed);
}

/** The object with its annotation brought up to date, where it has one. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const annotations = object.metadata.annotations;
  if (!annotations?.[ANNOTATION]) return object;
  const last = copyJson(applied);
  if (isJsonObject(last.metadata?.annotations)) delete last.metadata.annotations[ANNOTATION];
  annotations[ANNOTATION] = `${JSON.stringify(last)}\n`;
  return object;
}
