/** Runs the rules of a schema on an object. */
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { isJsonObject } from '../../schema/own-property.ts';
import type { CompiledRules } from '../custom-resource-strategy.ts';
import { fieldSchema, itemsOf, type JsonSchema, someSchema } from '../json-schema.ts';
import { oldItemFor } from '../values/old-item.ts';
import { withTypeMeta } from './cel-types.ts';
import { celValue } from './cel-values.ts';
import { type CompiledRule, compileRule } from './compile-rule.ts';
import { childField, fieldOfRule } from './field-path.ts';
import { kubernetesEnvironment } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

/** Whether a schema, or any part of it, has rules. */
export const hasRules = (schema: JsonSchema): boolean =>
  someSchema(schema, (part) => (part['x-kubernetes-validations'] ?? []).length > 0);

/** The rules of a schema, compiled. */
export function compileRules(given: JsonSchema, modules: CelModules): CompiledRules {
  const schema = withTypeMeta(given);
  const rules = new Map<JsonSchema, readonly CompiledRule[]>();
  someSchema(schema, (part) => {
    const compiled = (part['x-kubernetes-validations'] ?? []).flatMap(
      (rule) => compileRule(rule, part, modules).compiled ?? [],
    );
    if (compiled.length > 0) rules.set(part, compiled);
    return false;
  });
  return (object, old) => {
    const run = new RuleRun(rules, modules);
    run.visit({ value: object, old, schema, field: '' });
    return run.errors;
  };
}

interface Visited {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: JsonSchema;
  readonly field: string;
}

/** One pass over one object. */
class RuleRun {
  readonly errors: FieldError[] = [];
  readonly #rules: ReadonlyMap<JsonSchema, readonly CompiledRule[]>;
  readonly #modules: CelModules;

  constructor(rules: ReadonlyMap<JsonSchema, readonly CompiledRule[]>, modules: CelModules) {
    this.#rules = rules;
    this.#modules = modules;
  }

  visit(visited: Visited): void {
    const { value, old, schema, field } = visited;
    if (value === undefined || value === null) return;
    const rules = this.#rules.get(schema);
    if (rules !== undefined) this.#check(visited, rules);
    if (Array.isArray(value)) {
      const items = itemsOf(schema);
      for (const [index, item] of items === undefined ? [] : value.entries())
        this.visit({
          value: item,
          old: oldItemFor(item, old, schema),
          schema: items as JsonSchema,
          field: `${field}[${index}]`,
        });
    } else if (isJsonObject(value))
      for (const name of Object.keys(value)) {
        const below = fieldSchema(schema, name);
        const before = isJsonObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
        if (below !== undefined)
          this.visit({ value: value[name], old: before, schema: below, field: childField(field, name, schema) });
      }
  }

  #check({ value, old, schema, field }: Visited, rules: readonly CompiledRule[]): void {
    const unchanged = old !== undefined && deepEqual(value, old);
    const self = celValue(value, schema, this.#modules);
    const before = old === undefined || old === null ? undefined : celValue(old, schema, this.#modules);
    for (const compiled of rules) {
      const { rule, usesOldSelf, program } = compiled;
      const isOptional = rule.optionalOldSelf === true;
      // a rule of change says nothing of what is new, and what does not change is not found fault with
      if (usesOldSelf ? before === undefined && !isOptional : unchanged) continue;
      const oldSelf = isOptional ? kubernetesEnvironment(this.#modules).optional(before) : before;
      const bindings = { self, ...(usesOldSelf ? { oldSelf } : {}) };
      const result = program(bindings);
      if (result === true) continue;
      const at = fieldOfRule(field, rule.fieldPath, schema);
      this.errors.push(
        result instanceof Error || this.#modules.cel.isCelError(result)
          ? invalidValue(at, typeNameOf(value), failureOf(result as Error, compiled))
          : refusal(at, value, compiled, bindings),
      );
    }
  }
}

const typeNameOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;

/** What the evaluator says of a rule that it could not finish. */
function failureOf({ message }: Error, { rule }: CompiledRule): string {
  if (message.includes('no matching overload'))
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${rule.rule}`;
  return `${message.replace(/^field not found: /, 'no such key: ')} evaluating rule: ${rule.message || rule.rule}`;
}

function refusal(field: string, value: unknown, compiled: CompiledRule, bindings: Record<string, unknown>): FieldError {
  const { rule } = compiled;
  const detail = messageOf(compiled, bindings);
  switch (rule.reason) {
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueForbidden':
      return forbiddenField(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      if (typeof value === 'object') return { field, reason: 'FieldValueInvalid', body: `Invalid value: ${detail}` };
      return invalidValue(field, value, detail);
  }
}

/** The message that the rule computes, the one that it states, or the rule itself. */
function messageOf({ rule, message }: CompiledRule, bindings: Record<string, unknown>): string {
  const computed = message?.(bindings);
  if (typeof computed === 'string' && computed.trim() !== '' && !computed.includes('\n')) return computed.trim();
  return rule.message || `failed rule: ${rule.rule.trim()}`;
}
