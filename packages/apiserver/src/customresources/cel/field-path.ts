/** The `fieldPath` of a rule: `.spec.size`, `['a.b']`. */
import { fieldSchema, type JsonSchema } from '../json-schema.ts';

const STEP = /\.(?<plain>[a-zA-Z_][\w-]*)|\['(?<quoted>(?:[^'\\]|\\.)+)'\]/y;

/** The names of the fields on the way; undefined for a text that is no path. */
export function fieldPathSteps(text: string): string[] | undefined {
  const steps: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const groups = STEP.exec(text)?.groups;
    if (groups === undefined) return undefined;
    steps.push(groups.plain ?? (groups.quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps;
}

/** A field below another one, as errors name it: fields of maps stand in brackets. */
export function childField(field: string, name: string, { properties }: JsonSchema): string {
  const isNamed = properties !== undefined && Object.hasOwn(properties, name);
  if (!isNamed) return `${field}[${name}]`;
  return field === '' ? name : `${field}.${name}`;
}

/** The field that a rule speaks of. */
export function fieldOfRule(field: string, path: string | undefined, schema: JsonSchema): string {
  let at: JsonSchema = schema;
  let named = field;
  for (const step of (path === undefined ? undefined : fieldPathSteps(path)) ?? []) {
    named = childField(named, step, at);
    at = fieldSchema(at, step) ?? {};
  }
  return named === '' ? '<nil>' : named;
}
