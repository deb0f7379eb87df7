/** Expressions about requests: conditions of webhooks, and all that policies are made of. */
import { type CelType, DYN } from '../../customresources/cel/cel-types.ts';
import { celValue } from '../../customresources/cel/cel-values.ts';
import { compileExpression, type Program } from '../../customresources/cel/compile-rule.ts';
import { type CelModules, loadCel } from '../../customresources/cel/load-cel.ts';

/** What an expression may speak of; `variables` is for policies only. */
export const REQUEST_VARIABLES: readonly string[] = ['object', 'oldObject', 'request'];
/** What expressions of policies may speak of besides. */
export const POLICY_VARIABLES: readonly string[] = [...REQUEST_VARIABLES, 'params', 'namespaceObject', 'variables'];

/** An expression that is ready to run, or why it cannot be. */
export interface Expression {
  readonly text: string;
  readonly program?: Program;
  readonly fault?: string;
}

/** What came of an expression. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

const compiled = new Map<string, Expression>();
/** Expressions beyond this number are compiled each time they are met. */
const MAX_COMPILED = 1000;

/** Compiles an expression whose result is to be `wanted`: `bool`, `string` or, for any, `dyn`. */
export function expressionOf(text: string, wanted: string, names: readonly string[], modules: CelModules): Expression {
  const key = `${wanted}\n${names.length}\n${text}`;
  let found = compiled.get(key);
  if (found === undefined) {
    const variables = new Map<string, CelType>(names.map((name) => [name, DYN]));
    const { program, fault } = compileExpression(text, variables, wanted, modules);
    found = { text, ...(program === undefined ? {} : { program }), ...(fault === undefined ? {} : { fault }) };
    if (compiled.size < MAX_COMPILED) compiled.set(key, found);
  }
  return found;
}

/** Runs an expression on values that {@link celOf} has made. */
export function run(expression: Expression, bindings: Record<string, unknown>, { cel }: CelModules): Outcome {
  const { program, fault, text } = expression;
  if (program === undefined) return { error: `compilation error: ${fault}` };
  const value = program(bindings);
  if (!(value instanceof Error) && !cel.isCelError(value)) return { value };
  const message = (value as Error).message.replace(/^field not found: /, 'no such key: ');
  return { error: `expression '${text}' resulted in error: ${message}` };
}

/** A JSON value as expressions see it. */
export const celOf = (value: unknown, modules: CelModules): unknown => celValue(value ?? null, {}, modules);

/** A condition, as it is written. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** Whether all conditions hold: no, if one does not; an error, if one cannot be told and none says no. */
export async function conditionsHold(
  conditions: readonly MatchCondition[],
  bind: (modules: CelModules) => Record<string, unknown>,
  names: readonly string[],
): Promise<boolean | { readonly error: string }> {
  const modules = await loadCel();
  const bindings = bind(modules);
  const errors: string[] = [];
  for (const { expression } of conditions) {
    const outcome = run(expressionOf(expression, 'bool', names, modules), bindings, modules);
    if ('error' in outcome) errors.push(outcome.error);
    else if (outcome.value === false) return false;
  }
  if (errors.length === 0) return true;
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${[...new Set(errors)].join(', ')}]` };
}
