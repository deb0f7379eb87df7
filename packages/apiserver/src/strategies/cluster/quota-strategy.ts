/** ResourceQuotas: what a namespace may use. */
import { invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { type Errors, type Fields, IMMUTABLE } from '../validation/field-rules.ts';
import { isQuotaResource } from '../validation/resource-names.ts';
import { checkQuotaResourceName, checkResourceAmount } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const POD_SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
];
const SCOPES = [...POD_SCOPES, 'VolumeAttributesClass'];
const EXISTS_ONLY = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const EXISTS_MESSAGE =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const POD_RESOURCES = new Set([
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

/** Pods without requests are counted, and nothing else of them. A scope that is none suits everything. */
function suits(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  if (scope === 'VolumeAttributesClass')
    return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
  return !POD_SCOPES.includes(scope) || POD_RESOURCES.has(resource);
}

function checkAmounts(errors: Errors, field: string, amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    checkQuotaResourceName(errors, `${field}[${name}]`, name);
    checkResourceAmount(errors, `${field}[${name}]`, name, amount);
  }
}

function checkQuotaSpec(errors: Errors, spec: Fields = {}): void {
  checkAmounts(errors, 'spec.hard', spec.hard);
  const counted = Object.keys(spec.hard ?? {})
    .filter(isQuotaResource)
    .sort();
  const scopes: string[] = spec.scopes ?? [];
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope'));
    for (const resource of counted)
      if (!suits(scope, resource))
        errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope applied to resource'));
  }
  checkConflicts(errors, 'spec.scopes', scopes, scopes);
  if (spec.scopeSelector !== undefined) checkScopeSelector(errors, spec, counted);
}

function checkConflicts(errors: Errors, field: string, scopes: readonly string[], shown: unknown): void {
  for (const pair of CONFLICTS)
    if (pair.every((scope) => scopes.includes(scope))) errors.push(invalidValue(field, shown, 'conflicting scopes'));
}

function checkScopeSelector(errors: Errors, spec: Fields, counted: readonly string[]): void {
  const field = 'spec.scopeSelector.matchExpressions';
  const expressions: Fields[] = spec.scopeSelector.matchExpressions ?? [];
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (!SCOPES.includes(scopeName)) errors.push(invalidValue(`${field}.scopeName`, scopeName, 'unsupported scope'));
    for (const resource of counted)
      if (!suits(scopeName, resource))
        errors.push(invalidValue(field, internalSelector(expressions), 'unsupported scope applied to resource'));
    if (EXISTS_ONLY.includes(scopeName) && operator !== 'Exists')
      errors.push(invalidValue(`${field}.operator`, operator, EXISTS_MESSAGE));
    checkOperator(errors, field, operator, values);
  }
  checkConflicts(
    errors,
    field,
    expressions.map(({ scopeName }) => scopeName),
    spec.scopes,
  );
}

const internalSelector = (expressions: readonly Fields[]): object => ({
  MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
    ScopeName: scopeName,
    Operator: operator,
    Values: values ?? null,
  })),
});

function checkOperator(errors: Errors, field: string, operator: string, values: readonly string[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.push(
        required(`${field}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
      );
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(
        invalidValue(
          `${field}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      );
  } else errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
}

function checkUpdate(errors: Errors, quota: KubeObject, old: KubeObject): void {
  checkQuotaSpec(errors, quota.spec);
  const [scopes, before] = [quota.spec?.scopes ?? [], old.spec?.scopes ?? []];
  if (scopes.length !== before.length || before.some((scope: string) => !scopes.includes(scope)))
    errors.push(invalidValue('spec.scopes', scopes, IMMUTABLE));
}

/** The strategy of ResourceQuotas. */
export const quotaStrategy: Strategy = {
  validate: rules((errors, { spec }) => checkQuotaSpec(errors, spec)),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: rules((errors, { status }) => {
    checkAmounts(errors, 'status.hard', status?.hard);
    checkAmounts(errors, 'status.used', status?.used);
  }),
};
