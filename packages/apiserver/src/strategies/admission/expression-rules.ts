/** Expressions of webhooks and policies are compiled when they are written, so that none is ever passed over. */
import { type FieldError, invalidValue, type KubeObject } from '@towtank/apimachinery';
import { expressionOf, REQUEST_SCOPE, type Scope } from '../../admission/matching/expression.ts';
import { policyScope } from '../../admission/policies/evaluate-policy.ts';
import type { PolicySpec } from '../../admission/policies/policy-set.ts';
import type { Webhook } from '../../admission/webhooks/webhook-hooks.ts';
import { loadCel, loadedCel } from '../../customresources/cel/load-cel.ts';
import type { Reservation } from '../../registry/strategy.ts';

/** What a field says, and what it has to come to. */
interface Place {
  readonly field: string;
  readonly text: string | undefined;
  readonly wanted: string;
  readonly scope: Scope;
}

const NOTHING_TAKEN: Reservation = { commit: () => {}, rollback: () => {} };

/** Loads the compiler before rules are looked at, where there is anything to compile. */
export async function loadCompiler(object: KubeObject): Promise<Reservation> {
  if (placesOf(object).length > 0) await loadCel();
  return NOTHING_TAKEN;
}

/** What is wrong with the expressions of a configuration or a policy; those that an update keeps are borne. */
export function expressionErrors(object: KubeObject, old?: KubeObject): FieldError[] {
  const modules = loadedCel();
  if (modules === undefined) return [];
  const kept = new Set(old === undefined ? [] : placesOf(old).map(({ text }) => text));
  return placesOf(object).flatMap(({ field, text = '', wanted, scope }) => {
    if (text.trim() === '' || kept.has(text)) return [];
    const { fault } = expressionOf(text, wanted, scope, modules);
    return fault === undefined ? [] : [invalidValue(field, text, fault)];
  });
}

const placesOf = ({ webhooks, spec }: KubeObject): Place[] =>
  spec === undefined ? webhookPlaces((webhooks ?? []) as Webhook[]) : policyPlaces(spec as PolicySpec);

const webhookPlaces = (webhooks: readonly Webhook[]): Place[] =>
  webhooks.flatMap(({ matchConditions = [] }, index) =>
    matchConditions.map(({ expression }, at) => ({
      field: `webhooks[${index}].matchConditions[${at}].expression`,
      text: expression,
      wanted: 'bool',
      scope: REQUEST_SCOPE,
    })),
  );

function policyPlaces(spec: PolicySpec): Place[] {
  const { matchConditions = [], variables = [], validations = [] } = spec;
  const scope = policyScope(spec);
  const before = (count: number): Scope => ({ ...scope, variables: scope.variables?.slice(0, count) ?? [] });
  return [
    ...matchConditions.map(({ expression }, at) => ({
      field: `spec.matchConditions[${at}].expression`,
      text: expression,
      wanted: 'bool',
      scope,
    })),
    // a variable may speak of those before it
    ...variables.map(({ expression }, at) => ({
      field: `spec.variables[${at}].expression`,
      text: expression,
      wanted: 'dyn',
      scope: before(at),
    })),
    ...validations.flatMap(({ expression, messageExpression }, at) => [
      { field: `spec.validations[${at}].expression`, text: expression, wanted: 'bool', scope },
      { field: `spec.validations[${at}].messageExpression`, text: messageExpression, wanted: 'string', scope },
    ]),
  ];
}
