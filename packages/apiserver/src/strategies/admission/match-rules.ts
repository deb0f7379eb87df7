/** Rules for which requests admission looks at. */
import {
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  notSupported,
  required,
  tooMany,
} from '@towtank/apimachinery';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MAX_CONDITIONS = 64;

/** Names of webhooks are domains of at least three parts. */
export function qualifiedDomainErrors(name: string): string[] {
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [messages.join(',')];
  return name.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : [];
}

/** Lists of operations, groups, versions and resources. */
export function checkRules(errors: Errors, field: string, rules: readonly Fields[]): void {
  for (const [index, rule] of rules.entries()) {
    const at = `${field}[${index}]`;
    const operations: string[] = rule.operations ?? [];
    if (operations.length === 0) errors.push(required(`${at}.operations`));
    checkStar(errors, `${at}.operations`, operations, 'operations');
    for (const [position, operation] of operations.entries())
      if (!OPERATIONS.includes(operation))
        errors.push(notSupported(`${at}.operations[${position}]`, operation, OPERATIONS));
    checkRule(errors, at, rule);
  }
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

/** `pods`, `pods/status`, `*`, and pairs of a star on either side. */
function checkResources(errors: Errors, field: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(field));
  const whole = new Set(resources.filter((resource) => resource.endsWith('/*')).map((text) => text.slice(0, -2)));
  const parts = new Set(resources.filter((resource) => resource.startsWith('*/')).map((text) => text.slice(2)));
  for (const [index, resource] of resources.entries()) {
    const at = `${field}[${index}]`;
    const [main = '', sub] = resource.split('/');
    if (resource === '') errors.push(required(at));
    if (resource === '*/*' && resources.length > 1)
      errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
    if (sub === undefined || resource === '*/*') continue;
    if (main !== '*' && sub !== '*' && whole.has(main))
      errors.push(invalidValue(at, resource, `if '${main}/*' is present, must not specify ${resource}`));
    if (main !== '*' && parts.has(sub))
      errors.push(invalidValue(at, resource, `if '*/${sub}' is present, must not specify ${resource}`));
  }
  if (resources.includes('*') && resources.some((resource) => resource !== '*' && !resource.includes('/')))
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
  checkSupported(errors, `${field}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact']);
  checkLabelSelector(errors, `${field}.namespaceSelector`, match.namespaceSelector);
  checkLabelSelector(errors, `${field}.objectSelector`, match.objectSelector);
  for (const list of ['resourceRules', 'excludeResourceRules']) {
    checkRules(errors, `${field}.${list}`, match[list] ?? []);
    for (const [index, { resourceNames = [] }] of (match[list] ?? []).entries())
      for (const [position, name] of resourceNames.entries())
        if (resourceNames.indexOf(name) !== position)
          errors.push(duplicate(`${field}.${list}[${index}].resourceNames[${position}]`, name));
  }
}

/** A parameter is named or selected. */
export function checkParameterReference(errors: Errors, field: string, reference: Fields): void {
  if (reference === undefined) return;
  const { name, selector, parameterNotFoundAction: action } = reference;
  if (name && selector !== undefined)
    errors.push(forbiddenField(`${field}.name`, 'name and selector are mutually exclusive'));
  else if (!name && selector === undefined) errors.push(required(field, 'one of name or selector must be specified'));
  checkLabelSelector(errors, `${field}.selector`, selector);
  if (action === undefined) errors.push(required(`${field}.parameterNotFoundAction`));
  else checkSupported(errors, `${field}.parameterNotFoundAction`, action, ['Allow', 'Deny']);
}
