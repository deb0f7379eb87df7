/** Roles and bindings: defaults, rules, and nobody grants what they do not have. */
import {
  dns1123SubdomainErrors,
  type FieldError,
  invalidValue,
  type KubeObject,
  type LabelSelector,
  notSupported,
  pathSegmentErrors,
  required,
} from '@towtank/apimachinery';
import type { EscalationGuard } from '../authorization/escalation.ts';
import {
  type BindingObject,
  type PolicyRule,
  RBAC_GROUP,
  type RoleObject,
  type Subject,
} from '../authorization/policy.ts';
import type { Strategy } from '../registry/strategy.ts';
import type { StrategyTable } from './strategy-table.ts';
import { checkLabelSelector } from './validation/label-selector-rules.ts';

/** The strategies of the four kinds; the guard refuses escalations. */
export function rbacStrategies(guard: EscalationGuard): StrategyTable {
  const role: Strategy = { ...roleStrategy, admit: guard.checkRole };
  const binding: Strategy = { ...bindingStrategy, admit: guard.checkBinding };
  return {
    [`roles.${RBAC_GROUP}`]: role,
    [`clusterroles.${RBAC_GROUP}`]: role,
    [`rolebindings.${RBAC_GROUP}`]: binding,
    [`clusterrolebindings.${RBAC_GROUP}`]: binding,
  };
}

/** What the four have in common: names may hold colons and capitals, whatever fits into a path. */
const SHARED: Strategy = {
  nameErrors: pathSegmentErrors,
  allowCreateOnUpdate: true,
  metadataRulesOfUpdate: ['create', 'update'],
};

/** Role and ClusterRole. */
const roleStrategy: Strategy = {
  ...SHARED,
  setDefaults(role) {
    if (role.rules === undefined || role.rules?.length === 0) role.rules = null;
  },
  validate: (role, { resource }) => [
    ...ruleErrors((role as RoleObject).rules ?? [], resource.namespaced),
    ...aggregationErrors(role),
  ],
};

/** RoleBinding and ClusterRoleBinding. */
const bindingStrategy: Strategy = {
  ...SHARED,
  setDefaults({ roleRef, subjects }) {
    if (typeof roleRef === 'object' && roleRef !== null) roleRef.apiGroup ||= RBAC_GROUP;
    for (const subject of subjects ?? [])
      if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  },
  validate: (binding, { resource }) => bindingErrors(binding as BindingObject, resource.namespaced),
  validateUpdate(binding, old, { resource }) {
    const { roleRef } = binding as BindingObject;
    const { apiGroup, kind, name } = (old as BindingObject).roleRef;
    const errors = bindingErrors(binding as BindingObject, resource.namespaced);
    if (roleRef?.apiGroup !== apiGroup || roleRef.kind !== kind || roleRef.name !== name) {
      const shown = { APIGroup: roleRef?.apiGroup ?? '', Kind: roleRef?.kind ?? '', Name: roleRef?.name ?? '' };
      errors.push(invalidValue('roleRef', shown, 'cannot change roleRef'));
    }
    return errors;
  },
};

function ruleErrors(rules: readonly PolicyRule[], namespaced: boolean): FieldError[] {
  return rules.flatMap((rule, index) => singleRuleErrors(rule, `rules[${index}]`, namespaced));
}

function singleRuleErrors(rule: PolicyRule, field: string, namespaced: boolean): FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (!rule.verbs?.length) errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string): void =>
      void errors.push(invalidValue(`${field}.nonResourceURLs`, nonResourceURLs, why));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0)
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    return errors;
  }
  if (apiGroups.length === 0)
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0)
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function aggregationErrors({ aggregationRule }: KubeObject): FieldError[] {
  if (aggregationRule == null) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors: readonly LabelSelector[] = aggregationRule.clusterRoleSelectors ?? [];
  const errors: FieldError[] = [];
  if (selectors.length === 0)
    errors.push(required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  for (const [index, selector] of selectors.entries()) {
    const before = errors.length;
    checkLabelSelector(errors, `${field}[${index}]`, selector);
    if (errors.length > before) errors.push(invalidValue(`${field}[${index}]`, null, 'invalid label selector.'));
  }
  return errors;
}

function bindingErrors({ roleRef, subjects }: BindingObject, namespaced: boolean): FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  const errors: FieldError[] = [];
  if (apiGroup !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  else errors.push(...pathSegmentErrors(name).map((message) => invalidValue('roleRef.name', name, message)));
  for (const [index, subject] of (subjects ?? []).entries())
    errors.push(...subjectErrors(subject, `subjects[${index}]`, namespaced));
  return errors;
}

function subjectErrors(subject: Subject, field: string, namespaced: boolean): FieldError[] {
  const { kind = '', name = '', apiGroup = '', namespace = '' } = subject;
  const errors = name === '' ? [required(`${field}.name`)] : [];
  if (kind === 'ServiceAccount') {
    if (name !== '')
      errors.push(...dns1123SubdomainErrors(name).map((message) => invalidValue(`${field}.name`, name, message)));
    if (apiGroup !== '') errors.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
    if (!namespaced && namespace === '') errors.push(required(`${field}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (name === '') errors.push(invalidValue(`${field}.name`, name, `${kind.toLowerCase()} name cannot be empty`));
    if (apiGroup !== RBAC_GROUP) errors.push(notSupported(`${field}.apiGroup`, apiGroup, [RBAC_GROUP]));
  } else errors.push(notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  return errors;
}
