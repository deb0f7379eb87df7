/** FlowSchemas: which requests wait for which others. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';
import { rules } from '../validation/rules.ts';
import { checkConditionTypes, fixedSpec } from './flow-control-rules.ts';

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
  for (const [index, each] of nonResourceRules.entries())
    checkNonResourceRule(errors, `${field}.nonResourceRules[${index}]`, each);
}

/** In the order in which Kubernetes looks at those that do not fit. */
const SUBJECTS: ReadonlyMap<string, readonly [own: string, ...others: string[]]> = new Map([
  ['ServiceAccount', ['serviceAccount', 'user', 'group']],
  ['User', ['user', 'serviceAccount', 'group']],
  ['Group', ['group', 'serviceAccount', 'user']],
]);

function checkSubject(errors: Errors, field: string, subject: Fields): void {
  const [own, ...others] = SUBJECTS.get(subject.kind) ?? [];
  if (own === undefined) {
    errors.push(notSupported(`${field}.kind`, subject.kind ?? '', [...SUBJECTS.keys()].sort()));
    return;
  }
  const named = subject[own];
  if (named === undefined)
    errors.push(required(`${field}.${own}`, `${own} is required when subject kind is '${subject.kind}'`));
  else if (!named.name) errors.push(required(`${field}.${own}.name`));
  else if (own === 'serviceAccount' && named.name !== '*')
    checkName(errors, `${field}.${own}.name`, named.name, dns1123SubdomainErrors);
  if (own === 'serviceAccount' && named !== undefined) checkAccountNamespace(errors, `${field}.${own}`, named);
  for (const other of others)
    if (subject[other] !== undefined) {
      const kind = `${other.charAt(0).toUpperCase()}${other.slice(1)}`;
      errors.push(forbiddenField(`${field}.${other}`, `${other} is forbidden when subject kind is not '${kind}'`));
    }
}

function checkAccountNamespace(errors: Errors, field: string, { namespace }: Fields): void {
  if (!namespace) errors.push(required(`${field}.namespace`, 'must specify namespace for service account'));
  else checkName(errors, `${field}.namespace`, namespace, dns1123LabelErrors);
}

function checkNonResourceRule(errors: Errors, field: string, rule: Fields): void {
  const urls = rule.nonResourceURLs ?? [];
  checkVerbs(errors, `${field}.verbs`, rule.verbs ?? []);
  const at = `${field}.nonResourceURLs`;
  if (urls.length === 0) errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  else if (!urls.includes('*')) for (const [index, url] of urls.entries()) checkPath(errors, `${at}[${index}]`, url);
  else if (urls.length > 1)
    errors.push(invalidValue(at, urls, "if '*' is present, must not specify other non-resource URLs"));
}

/** A path without a host; a star may stand for its end. */
function checkPath(errors: Errors, field: string, path: string): void {
  const stars = path.split('*').length - 1;
  const why =
    (path === '' && 'must not be empty') ||
    (!path.startsWith('/') && 'must start with slash') ||
    (path.includes(' ') && 'must not contain white-space') ||
    (path.includes('//') && 'must not contain double slash') ||
    ((stars > 1 || (stars === 1 && !path.endsWith('/*'))) && 'wildcard can only do suffix matching');
  if (why !== false) errors.push(invalidValue(field, path, why));
}

function checkResourceRule(errors: Errors, field: string, rule: Fields): void {
  const [apiGroups, resources, namespaces] = [rule.apiGroups ?? [], rule.resources ?? [], rule.namespaces ?? []];
  checkVerbs(errors, `${field}.verbs`, rule.verbs ?? []);
  checkStarred(errors, `${field}.apiGroups`, apiGroups, 'api group');
  checkStarred(errors, `${field}.resources`, resources, 'resource');
  const at = `${field}.namespaces`;
  if (namespaces.length === 0 && rule.clusterScope !== true)
    errors.push(required(at, 'resource rules that are not cluster scoped must supply at least one namespace'));
  else if (!namespaces.includes('*')) checkNamespaces(errors, at, namespaces);
  else if (namespaces.length > 1)
    errors.push(invalidValue(at, namespaces, "if '*' is present, must not specify other namespaces"));
}

function checkStarred(errors: Errors, field: string, values: readonly string[], what: string): void {
  if (values.length === 0) errors.push(required(field, `resource rules must supply at least one ${what}`));
  else if (values.length > 1 && values.includes('*'))
    errors.push(invalidValue(field, values, `if '*' is present, must not specify other ${what}s`));
}

function checkNamespaces(errors: Errors, field: string, namespaces: readonly string[]): void {
  for (const [index, namespace] of namespaces.entries())
    for (const message of dns1123LabelErrors(namespace))
      errors.push(
        invalidValue(
          `${field}[${index}]`,
          namespace,
          `each member of this list must be '*' or a DNS-1123 label; ${message}`,
        ),
      );
}

function checkVerbs(errors: Errors, field: string, verbs: readonly string[]): void {
  if (verbs.length === 0) errors.push(required(field, 'verbs must contain at least one value'));
  else if (verbs.length > 1 && verbs.includes('*'))
    errors.push(invalidValue(field, verbs, "if '*' is present, must not specify other verbs"));
  else if (verbs.some((verb) => !VERBS.includes(verb))) errors.push(notSupported(field, verbs, VERBS));
}

/** The strategy of FlowSchemas. */
export const flowSchemaStrategy: Strategy = {
  validate: rules((errors, schema) => {
    checkSchema(errors, schema);
    const fixed = fixedSpec('flowschemas', schema);
    if (fixed !== undefined && !deepEqual(schema.spec, fixed))
      errors.push(
        invalidValue(
          'spec',
          internalForm('FlowSchemaSpec', schema.spec),
          `spec of '${schema.metadata.name}' must equal the fixed value`,
        ),
      );
    checkConditionTypes(errors, schema);
  }),
  validateStatusUpdate: rules(checkConditionTypes),
};
