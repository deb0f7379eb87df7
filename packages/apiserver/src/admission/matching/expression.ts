/** Expressions about requests: conditions of webhooks, and all that policies are made of. */
import { type CelType, DYN, formatType, isDyn } from '../../customresources/cel/cel-types.ts';
import { celValue } from '../../customresources/cel/cel-values.ts';
import { compileExpression, type Program } from '../../customresources/cel/compile-rule.ts';
import { type CelModules, loadCel } from '../../customresources/cel/load-cel.ts';

/** What an expression may speak of. */
export interface Scope {
  readonly names: readonly string[];
  /** What it may find in `variables`; undefined where there are none. */
  readonly variables?: readonly string[];
}

/** What conditions of webhooks speak of. */
export const REQUEST_SCOPE: Scope = { names: ['object', 'oldObject', 'request'] };

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
export function expressionOf(text: string, wanted: string, scope: Scope, modules: CelModules): Expression {
  const key = JSON.stringify([text, wanted, scope.names, scope.variables]);
  const found = compiled.get(key);
  if (found !== undefined) return found;
  const made = compile(text, wanted, scope, modules);
  if (compiled.size < MAX_COMPILED) compiled.set(key, made);
  return made;
}

function compile(text: string, wanted: string, { names, variables }: Scope, modules: CelModules): Expression {
  const types = new Map<string, CelType>(names.map((name) => [name, DYN]));
  if (variables !== undefined)
    types.set('variables', { kind: 'object', fields: new Map(variables.map((name) => [name, DYN])) });
  const { program, fault, type = DYN } = compileExpression(text, types, 'dyn', modules);
  if (program === undefined) return { text, fault: fault ?? '' };
  const isWanted = wanted === 'dyn' || isDyn(type) || formatType(type) === wanted;
  return isWanted ? { text, program } : { text, fault: `must evaluate to ${wanted} but got ${formatType(type)}` };
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
  scope: Scope,
): Promise<boolean | { readonly error: string }> {
  const modules = await loadCel();
  const bindings = bind(modules);
  const errors: string[] = [];
  for (const { expression } of conditions) {
    const outcome = run(expressionOf(expression, 'bool', scope, modules), bindings, modules);
    if ('error' in outcome) errors.push(outcome.error);
    else if (outcome.value === false) return false;
  }
  if (errors.length === 0) return true;
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${[...new Set(errors)].join(', ')}]` };
}
