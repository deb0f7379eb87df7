/** Rules for which requests admission looks at. */
import {
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  notSupported,
  pathSegmentErrors,
  required,
  tooMany,
} from '@towtank/apimachinery';
import { checkChoice, checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MAX_CONDITIONS = 64;
/** How strictly a rule's versions are taken. */
export const MATCH_POLICIES: readonly string[] = ['Equivalent', 'Exact'];
/** What happens when a webhook or a policy cannot be asked. */
export const FAILURE_POLICIES: readonly string[] = ['Fail', 'Ignore'];

/** Names of webhooks are domains of at least three parts. */
export function qualifiedDomainErrors(name: string): string[] {
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [messages.join(',')];
  return name.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : [];
}

/** Lists of operations, groups, versions and resources. */
export function checkRules(errors: Errors, field: string, rules: readonly Fields[]): void {
  for (const [index, rule] of rules.entries()) checkRuleWithOperations(errors, `${field}[${index}]`, rule);
}

function checkRuleWithOperations(errors: Errors, field: string, rule: Fields): void {
  const operations: string[] = rule.operations ?? [];
  if (operations.length === 0) errors.push(required(`${field}.operations`));
  checkStar(errors, `${field}.operations`, operations, 'operations');
  for (const [index, operation] of operations.entries())
    if (!OPERATIONS.includes(operation))
      errors.push(notSupported(`${field}.operations[${index}]`, operation, OPERATIONS));
  checkRule(errors, field, rule);
}

function checkRule(errors: Errors, field: string, rule: Fields): void {
  const { apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`));
  checkStar(errors, `${field}.apiGroups`, apiGroups, 'API groups');
  if (apiVersions.length === 0) errors.push(required(`${field}.apiVersions`));
  checkStar(errors, `${field}.apiVersions`, apiVersions, 'API versions');
  for (const [index, version] of apiVersions.entries())
    if (version === '') errors.push(required(`${field}.apiVersions[${index}]`));
  checkResources(errors, `${field}.resources`, resources);
  checkSupported(errors, `${field}.scope`, scope, SCOPES);
}

function checkStar(errors: Errors, field: string, values: readonly string[], what: string): void {
  if (values.length > 1 && values.includes('*'))
    errors.push(invalidValue(field, values, `if '*' is present, must not specify other ${what}`));
}

/** `pods`, `pods/status`, `*`, and pairs of a star on either side, each looked at in the light of those before it. */
function checkResources(errors: Errors, field: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(field));
  const [whole, parts] = [new Set<string>(), new Set<string>()];
  let hasPlain = false;
  for (const [index, resource] of resources.entries()) {
    const at = `${field}[${index}]`;
    const slash = resource.indexOf('/');
    if (resource === '') errors.push(required(at));
    else if (slash < 0) hasPlain = resource !== '*';
    if (slash < 0) continue;
    const [main, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (whole.has(main))
      errors.push(invalidValue(at, resource, `if '${main}/*' is present, must not specify ${resource}`));
    if (parts.has(sub))
      errors.push(invalidValue(at, resource, `if '*/${sub}' is present, must not specify ${resource}`));
    if (sub === '*') whole.add(main);
    if (main === '*') parts.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
  if (hasPlain && resources.includes('*'))
    errors.push(
      invalidValue(field, resources, "if '*' is present, must not specify other resources without subresources"),
    );
}

/** Named expressions that all have to hold. */
export function checkMatchConditions(errors: Errors, field: string, conditions: readonly Fields[]): void {
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(field, conditions.length, MAX_CONDITIONS));
  const names = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${field}[${index}]`;
    if (expression.trim() === '') errors.push(required(`${at}.expression`));
    if (name === '') errors.push(required(`${at}.name`));
    else checkName(errors, `${at}.name`, name, labelKeyErrors);
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}

/** `matchConstraints` and `matchResources` of policies. */
export function checkMatchResources(errors: Errors, field: string, match: Fields): void {
  checkChoice(errors, `${field}.matchPolicy`, match.matchPolicy, MATCH_POLICIES);
  for (const selector of ['namespaceSelector', 'objectSelector'])
    if (match[selector] === undefined) errors.push(required(`${field}.${selector}`));
    else checkLabelSelector(errors, `${field}.${selector}`, match[selector]);
  for (const list of ['resourceRules', 'excludeResourceRules'])
    for (const [index, rule] of (match[list] ?? []).entries()) {
      const at = `${field}.${list}[${index}]`;
      checkNames(errors, `${at}.resourceNames`, rule.resourceNames ?? []);
      checkRuleWithOperations(errors, at, rule);
    }
}

function checkNames(errors: Errors, field: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    checkName(errors, `${field}[${index}]`, name, pathSegmentErrors);
    if (names.indexOf(name) !== index) errors.push(duplicate(`${field}[${index}]`, name));
  }
}

const EXCLUSIVE = 'name and selector are mutually exclusive';

/** A parameter is named or selected. */
export function checkParameterReference(errors: Errors, field: string, reference: Fields): void {
  if (reference === undefined) return;
  const { name, selector, parameterNotFoundAction: action } = reference;
  if (name) checkName(errors, `${field}.name`, name, pathSegmentErrors);
  if (name && selector !== undefined) errors.push(forbiddenField(`${field}.name`, EXCLUSIVE));
  checkLabelSelector(errors, `${field}.selector`, selector);
  if (name && selector !== undefined) errors.push(forbiddenField(`${field}.selector`, EXCLUSIVE));
  if (!name && selector === undefined) errors.push(required(field, 'one of name or selector must be specified'));
  checkChoice(errors, `${field}.parameterNotFoundAction`, action, ['Deny', 'Allow']);
}
