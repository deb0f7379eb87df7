/** Whether an expression makes sense for the values it will see: what the evaluator itself finds only when it runs. */
import { BOOL, type CelType, DYN, formatType, isDyn, simple } from './cel-types.ts';
import type { CelModules } from './load-cel.ts';
import { type Signature, signaturesOf } from './signatures.ts';

/** A parsed expression. */
export type Parsed = ReturnType<CelModules['cel']['parse']>;
/** A node of it. */
export type Expression = Parsed['expr'];

/** A fault, and the node that it was found in. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly id: bigint;

  constructor(id: bigint, message: string) {
    super(message);
    this.id = id;
  }
}

/** The type of an expression whose variables have these types. Throws CheckError. */
export function checkExpression(expression: Expression, variables: ReadonlyMap<string, CelType>): CelType {
  const { exprKind: kind, id } = expression;
  const below = (node: Expression | undefined, scope = variables): CelType =>
    node === undefined ? DYN : checkExpression(node, scope);
  switch (kind.case) {
    case 'constExpr':
      return CONSTANTS[kind.value.constantKind.case ?? ''] ?? DYN;
    case 'identExpr':
      return typeOfName(id, kind.value.name, variables);
    case 'selectExpr': {
      const operand = below(kind.value.operand);
      const found = fieldType(id, operand, kind.value.field);
      return kind.value.testOnly ? BOOL : found;
    }
    case 'callExpr':
      return typeOfCall(id, kind.value, variables);
    case 'listExpr':
      return { kind: 'list', element: common(kind.value.elements.map((element) => below(element))) };
    case 'structExpr': {
      if (kind.value.messageName !== '') throw undeclared(id, kind.value.messageName);
      const keys = kind.value.entries.map(({ keyKind }) => (keyKind.case === 'mapKey' ? below(keyKind.value) : DYN));
      return { kind: 'map', key: common(keys), value: common(kind.value.entries.map(({ value }) => below(value))) };
    }
    case 'comprehensionExpr':
      return typeOfComprehension(kind.value, variables);
    default:
      return DYN;
  }
}

const CONSTANTS: Readonly<Record<string, CelType>> = {
  boolValue: BOOL,
  bytesValue: simple('bytes'),
  doubleValue: simple('double'),
  int64Value: simple('int'),
  uint64Value: simple('uint'),
  stringValue: simple('string'),
  nullValue: simple('null_type'),
};

const TYPE_NAMES = new Set(['bool', 'bytes', 'double', 'int', 'uint', 'string', 'list', 'map', 'null_type', 'type']);

const undeclared = (id: bigint, name: string): CheckError =>
  new CheckError(id, `undeclared reference to '${name}' (in container '')`);

function typeOfName(id: bigint, name: string, variables: ReadonlyMap<string, CelType>): CelType {
  const type = variables.get(name) ?? (TYPE_NAMES.has(name) ? simple('type') : undefined);
  if (type === undefined) throw undeclared(id, name);
  return type;
}

function fieldType(id: bigint, operand: CelType, field: string): CelType {
  if (isDyn(operand)) return DYN;
  if (operand.kind === 'map') return operand.value;
  if (operand.kind !== 'object')
    throw new CheckError(id, `type '${formatType(operand)}' does not support field selection`);
  const found = operand.fields.get(field);
  if (found === undefined) throw new CheckError(id, `undefined field '${field}'`);
  return found;
}

/** The one type that all of them have; dynamic where they differ. */
function common(types: readonly CelType[]): CelType {
  const [first] = types;
  return first !== undefined && types.every((type) => formatType(type) === formatType(first)) ? first : DYN;
}

type Call = Extract<Expression['exprKind'], { case: 'callExpr' }>['value'];

function typeOfCall(id: bigint, call: Call, variables: ReadonlyMap<string, CelType>): CelType {
  const name = call.function;
  const args = call.args.map((argument) => checkExpression(argument, variables));
  const qualified = call.target === undefined ? name : qualifiedName(call.target, name, variables);
  if (qualified !== undefined) return resultOf(id, qualified, undefined, args);
  const target = checkExpression(call.target as Expression, variables);
  return resultOf(id, name, target, args);
}

/** `sets.contains` is a function, not a method of something called sets. */
function qualifiedName(target: Expression, name: string, variables: ReadonlyMap<string, CelType>): string | undefined {
  const { exprKind } = target;
  if (exprKind.case !== 'identExpr' || variables.has(exprKind.value.name)) return undefined;
  const qualified = `${exprKind.value.name}.${name}`;
  return signaturesOf(qualified).length > 0 ? qualified : undefined;
}

function resultOf(id: bigint, name: string, target: CelType | undefined, args: readonly CelType[]): CelType {
  const known = signaturesOf(target === undefined ? name : `.${name}`);
  if (known.length === 0) throw undeclared(id, name);
  const results = known.flatMap((signature) => applied(signature, target, args) ?? []);
  if (results.length > 0) return common(results);
  const shown = `(${args.map(formatType).join(', ')})`;
  const applies = target === undefined ? shown : `${formatType(target)}.${shown}`;
  throw new CheckError(id, `found no matching overload for '${name}' applied to '${applies}'`);
}

function applied(signature: Signature, target: CelType | undefined, args: readonly CelType[]): CelType | undefined {
  const bound = new Map<string, CelType>();
  if (args.length !== signature.args.length) return undefined;
  if (target !== undefined && signature.target !== undefined && !fits(target, signature.target, bound))
    return undefined;
  for (const [index, argument] of args.entries())
    if (!fits(argument, signature.args[index] ?? DYN, bound)) return undefined;
  return substituted(signature.result, bound);
}

const isNull = (type: CelType): boolean => type.kind === 'simple' && type.name === 'null_type';

function fits(given: CelType, wanted: CelType, bound: Map<string, CelType>): boolean {
  if (isDyn(given) || isDyn(wanted)) return true;
  if (wanted.kind === 'parameter') return bindTo(given, wanted.name, bound);
  if (given.kind === 'list' && wanted.kind === 'list') return fits(given.element, wanted.element, bound);
  if (given.kind === 'map' && wanted.kind === 'map')
    return fits(given.key, wanted.key, bound) && fits(given.value, wanted.value, bound);
  if (given.kind === 'optional' && wanted.kind === 'optional') return fits(given.value, wanted.value, bound);
  if (given.kind === 'object' || wanted.kind === 'object') return given.kind === wanted.kind;
  return given.kind === 'simple' && wanted.kind === 'simple' && given.name === wanted.name;
}

function bindTo(given: CelType, name: string, bound: Map<string, CelType>): boolean {
  const before = bound.get(name);
  if (before === undefined || isDyn(before) || (isNull(before) && !isNull(given))) {
    bound.set(name, given);
    return before === undefined || isDyn(before) || given.kind !== 'simple';
  }
  if (isNull(given) && before.kind !== 'simple') return true;
  return fits(given, before, bound);
}

function substituted(type: CelType, bound: ReadonlyMap<string, CelType>): CelType {
  if (type.kind === 'parameter') return bound.get(type.name) ?? DYN;
  if (type.kind === 'list') return { kind: 'list', element: substituted(type.element, bound) };
  if (type.kind === 'map')
    return { kind: 'map', key: substituted(type.key, bound), value: substituted(type.value, bound) };
  if (type.kind === 'optional') return { kind: 'optional', value: substituted(type.value, bound) };
  return type;
}

type Comprehension = Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value'];

function typeOfComprehension(value: Comprehension, variables: ReadonlyMap<string, CelType>): CelType {
  const { iterVar, iterRange, accuVar, accuInit, loopCondition, loopStep, result } = value;
  if (iterRange === undefined || accuInit === undefined || loopStep === undefined || result === undefined) return DYN;
  const range = checkExpression(iterRange, variables);
  const element =
    range.kind === 'list' ? range.element : range.kind === 'map' ? range.key : isDyn(range) ? DYN : undefined;
  if (element === undefined)
    throw new CheckError(
      iterRange.id,
      `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
  const outer = new Map(variables).set(accuVar, checkExpression(accuInit, variables));
  const inner = new Map(outer).set(iterVar, element);
  if (loopCondition !== undefined) checkExpression(loopCondition, inner);
  const step = checkExpression(loopStep, inner);
  return checkExpression(result, outer.set(accuVar, step));
}
