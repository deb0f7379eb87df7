/** One rule of a schema, made ready to run, or what is wrong with it. */
import type { JsonSchema, ValidationRule } from '../json-schema.ts';
import { type CelType, formatType, isDyn, typeOfSchema } from './cel-types.ts';
import { CheckError, checkExpression, type Expression, type Parsed } from './check-expression.ts';
import { kubernetesEnvironment } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';
import { showFault, syntaxError } from './syntax-error.ts';

/** Runs an expression; answers a value, or an Error that the evaluation ended in. */
export type Program = (bindings: Record<string, unknown>) => unknown;

/** A rule that can be run. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly usesOldSelf: boolean;
  readonly program: Program;
  readonly message: Program | undefined;
}

/** A rule that cannot. */
export interface RuleFault {
  /** The field of the rule that is at fault. */
  readonly field: 'rule' | 'messageExpression';
  readonly detail: string;
}

/** What compiling a rule has come to. */
export interface RuleOutcome {
  readonly compiled?: CompiledRule;
  readonly faults: readonly RuleFault[];
}

const outcomes = new WeakMap<ValidationRule, RuleOutcome>();

/** Compiles a rule for the values of the schema that states it; once, though it is checked first and served later. */
export function compileRule(rule: ValidationRule, schema: JsonSchema, modules: CelModules): RuleOutcome {
  let outcome = outcomes.get(rule);
  if (outcome === undefined) {
    outcome = compileFor(rule, schema, modules);
    outcomes.set(rule, outcome);
  }
  return outcome;
}

function compileFor(rule: ValidationRule, schema: JsonSchema, modules: CelModules): RuleOutcome {
  const type = typeOfSchema(schema);
  if (type === undefined) return { faults: [{ field: 'rule', detail: UNTYPED }] };
  const oldType: CelType = rule.optionalOldSelf === true ? { kind: 'optional', value: type } : type;
  const variables = new Map([
    ['self', type],
    ['oldSelf', oldType],
  ]);
  const main = compileExpression(rule.rule, variables, 'bool', modules);
  const message =
    rule.messageExpression === undefined
      ? undefined
      : compileExpression(rule.messageExpression, variables, 'string', modules);
  const faults: RuleFault[] = [];
  if (main.fault !== undefined) faults.push({ field: 'rule', detail: main.fault });
  if (message?.fault !== undefined)
    faults.push({ field: 'messageExpression', detail: `messageExpression ${message.fault}` });
  if (main.program === undefined || faults.length > 0) return { faults };
  const compiled = { rule, usesOldSelf: main.usesOldSelf, program: main.program, message: message?.program };
  return { compiled, faults };
}

/** Nothing is known of values without a type, so that no rule can speak of them. */
const UNTYPED = 'failed to construct type information for x-kubernetes-validations rules';

/** An expression that can be run, or what is wrong with it. */
export interface CompiledExpression {
  readonly program?: Program;
  /** What it evaluates to. */
  readonly type?: CelType;
  readonly usesOldSelf: boolean;
  readonly fault?: string;
}

/** Compiles an expression whose result is to be `wanted`; `dyn` is any. */
export function compileExpression(
  text: string,
  variables: ReadonlyMap<string, CelType>,
  wanted: string,
  modules: CelModules,
): CompiledExpression {
  const parsed = parse(text, modules);
  if (typeof parsed === 'string') return { usesOldSelf: false, fault: `compilation failed: ${parsed}` };
  const usesOldSelf = mentions(parsed.expr, 'oldSelf');
  let type: CelType;
  try {
    type = checkExpression(parsed.expr, variables);
    if (wanted !== 'dyn' && !isDyn(type) && formatType(type) !== wanted)
      return {
        usesOldSelf,
        fault: wanted === 'bool' ? 'cel expression must evaluate to a bool' : 'must evaluate to a string',
      };
  } catch (reason) {
    if (!(reason instanceof CheckError)) throw reason;
    const offset = parsed.sourceInfo?.positions[String(reason.id)] ?? 0;
    return { usesOldSelf, fault: `compilation failed: ${showFault(text, offset, reason.message)}` };
  }
  const { env } = kubernetesEnvironment(modules);
  return { program: modules.cel.plan(env, parsed) as Program, type, usesOldSelf };
}

/** The parsed text, or the message for one that is no expression. */
function parse(text: string, { cel }: CelModules): Parsed | string {
  try {
    return cel.parse(text);
  } catch (reason) {
    const { location } = reason as { location?: { start: { offset: number } } };
    return syntaxError(text, location?.start.offset ?? 0);
  }
}

/** Whether an expression speaks of a variable. */
function mentions(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { exprKind } = node as Partial<Expression>;
  if (exprKind?.case === 'identExpr' && exprKind.value.name === name) return true;
  return Object.values(node).some((part) => mentions(part, name));
}
