/** Whether a rule allows a request. */
import type { RequestAttributes } from '../registry/request-attributes.ts';
import type { PolicyRule } from './policy.ts';

const ALL = '*';

/** Whether the rule allows the request. */
export function ruleAllows(rule: PolicyRule, attributes: RequestAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResourceRequest)
    return rule.nonResourceURLs?.some((url) => matchesUrl(url, attributes.path)) ?? false;
  return (
    has(rule.apiGroups, attributes.group) &&
    matchesResource(rule.resources ?? [], attributes) &&
    matchesName(rule.resourceNames ?? [], attributes.name)
  );
}

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes(ALL) || values.includes(value));

const matchesUrl = (pattern: string, path: string): boolean =>
  pattern === ALL || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));

function matchesResource(resources: readonly string[], { resource, subresource }: RequestAttributes): boolean {
  if (subresource === '') return has(resources, resource);
  return has(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A request without a name (list, create) is never allowed by a rule for names. */
const matchesName = (names: readonly string[], name: string): boolean => names.length === 0 || names.includes(name);
