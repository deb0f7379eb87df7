/** FlowSchemas and PriorityLevelConfigurations: which requests wait for which others. */
import {
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, type Errors, type Fields } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';

const MAX_PRECEDENCE = 10_000;
const VERBS = [
  '*',
  'create',
  'delete',
  'deletecollection',
  'get',
  'head',
  'list',
  'options',
  'patch',
  'post',
  'proxy',
  'put',
  'update',
  'watch',
];
const SUBJECTS: Readonly<Record<string, string>> = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' };

function checkSchema(errors: Errors, { metadata, spec = {} }: KubeObject): void {
  const { matchingPrecedence = 0, priorityLevelConfiguration = {}, distinguisherMethod } = spec;
  if (matchingPrecedence <= 0)
    errors.push(invalidValue('spec.matchingPrecedence', matchingPrecedence, 'must be a positive value'));
  if (matchingPrecedence > MAX_PRECEDENCE)
    errors.push(
      invalidValue('spec.matchingPrecedence', matchingPrecedence, `must not be greater than ${MAX_PRECEDENCE}`),
    );
  if (matchingPrecedence === 1 && metadata.name !== 'exempt')
    errors.push(
      invalidValue(
        'spec.matchingPrecedence',
        matchingPrecedence,
        "only the schema named 'exempt' may have matchingPrecedence 1",
      ),
    );
  if (distinguisherMethod !== undefined && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type))
    errors.push(
      notSupported('spec.distinguisherMethod', { Type: distinguisherMethod.type ?? '' }, ['ByNamespace', 'ByUser']),
    );
  if (!priorityLevelConfiguration.name)
    errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
  else
    for (const message of dns1123SubdomainErrors(priorityLevelConfiguration.name))
      errors.push(invalidValue('spec.priorityLevelConfiguration.name', priorityLevelConfiguration.name, message));
  for (const [index, rule] of (spec.rules ?? []).entries()) checkRule(errors, `spec.rules[${index}]`, rule);
}

function checkRule(errors: Errors, field: string, rule: Fields): void {
  const subjects = rule.subjects ?? [];
  const resourceRules = rule.resourceRules ?? [];
  const nonResourceRules = rule.nonResourceRules ?? [];
  if (subjects.length === 0) errors.push(required(`${field}.subjects`, 'subjects must contain at least one value'));
  for (const [index, subject] of subjects.entries()) checkSubject(errors, `${field}.subjects[${index}]`, subject);
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    errors.push(required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  for (const [index, each] of resourceRules.entries())
    checkResourceRule(errors, `${field}.resourceRules[${index}]`, each);
  for (const [index, each] of nonResourceRules.entries()) {
    const at = `${field}.nonResourceRules[${index}]`;
    checkVerbs(errors, `${at}.verbs`, each.verbs ?? []);
    if (!each.nonResourceURLs?.length)
      errors.push(required(`${at}.nonResourceURLs`, 'nonResourceURLs must contain at least one value'));
  }
}

function checkSubject(errors: Errors, field: string, subject: Fields): void {
  const own = SUBJECTS[subject.kind];
  if (own === undefined) {
    errors.push(notSupported(`${field}.kind`, subject.kind ?? '', Object.keys(SUBJECTS).sort()));
    return;
  }
  if (subject[own] === undefined)
    errors.push(required(`${field}.${own}`, `${own} is required when subject kind is '${subject.kind}'`));
  else if (!subject[own].name) errors.push(required(`${field}.${own}.name`));
  for (const [kind, other] of Object.entries(SUBJECTS))
    if (other !== own && subject[other] !== undefined)
      errors.push(forbiddenField(`${field}.${other}`, `${other} is forbidden when subject kind is not '${kind}'`));
}

function checkResourceRule(errors: Errors, field: string, rule: Fields): void {
  checkVerbs(errors, `${field}.verbs`, rule.verbs ?? []);
  for (const name of ['apiGroups', 'resources'])
    if (!rule[name]?.length)
      errors.push(
        required(
          `${field}.${name}`,
          `resource rules must supply at least one ${name === 'resources' ? 'resource' : 'api group'}`,
        ),
      );
  if (!rule.namespaces?.length && rule.clusterScope !== true)
    errors.push(
      required(`${field}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace'),
    );
}

function checkVerbs(errors: Errors, field: string, verbs: readonly string[]): void {
  if (verbs.length === 0) errors.push(required(field, 'verbs must contain at least one value'));
  else if (verbs.length > 1 && verbs.includes('*'))
    errors.push(invalidValue(field, verbs, "if '*' is present, must not specify other verbs"));
  else if (verbs.some((verb) => !VERBS.includes(verb))) errors.push(notSupported(field, verbs, VERBS));
}

/** The strategy of FlowSchemas. */
export const flowSchemaStrategy: Strategy = { validate: rules(checkSchema) };

function checkLevel(errors: Errors, { spec = {} }: KubeObject): void {
  const { type = '', limited, exempt } = spec;
  if (type !== 'Limited' && type !== 'Exempt') {
    errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
    return;
  }
  const [own, other] = type === 'Limited' ? ['limited', 'exempt'] : ['exempt', 'limited'];
  if (spec[other as string] !== undefined)
    errors.push(forbiddenField(`spec.${other}`, `must be nil if the type is ${type}`));
  if (type === 'Limited' && limited === undefined)
    errors.push(required(`spec.${own}`, 'must not be empty when type is Limited'));
  if (type === 'Limited' && limited !== undefined) checkLimited(errors, 'spec.limited', limited);
  checkNonNegative(errors, 'spec.exempt.nominalConcurrencyShares', exempt?.nominalConcurrencyShares);
}

function checkLimited(
  errors: Errors,
  field: string,
  { nominalConcurrencyShares: shares, limitResponse, ...rest }: Fields,
): void {
  if (shares < 0)
    errors.push(invalidValue(`${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  if (rest.lendablePercent < 0 || rest.lendablePercent > 100)
    errors.push(invalidValue(`${field}.lendablePercent`, rest.lendablePercent, 'must be between 0 and 100, inclusive'));
  const { type = '', queuing } = limitResponse ?? {};
  const at = `${field}.limitResponse`;
  if (type !== 'Queue' && type !== 'Reject') errors.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
  else if (type === 'Reject') {
    if (queuing !== undefined)
      errors.push(forbiddenField(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (queuing === undefined)
    errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
}

/** The strategy of PriorityLevelConfigurations. */
export const priorityLevelStrategy: Strategy = { validate: rules(checkLevel) };
