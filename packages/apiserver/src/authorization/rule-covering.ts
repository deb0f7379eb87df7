/** Whether somebody's rules allow everything that other rules allow. */
import type { PolicyRule } from './policy.ts';

const ALL = '*';

/** The single rights of `wanted` that `owned` does not cover: one verb, one group, one resource, one name each. */
export function missingRights(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((right) => !owned.some((rule) => covers(rule, right)));
}

/** Puts rights that differ in their verb alone together again. */
export function compactRights(rights: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const right of rights) {
    if (right.nonResourceURLs !== undefined || right.resourceNames !== undefined) {
      others.push(right);
      continue;
    }
    const key = `${right.apiGroups}/${right.resources}`;
    merged.set(key, { ...right, verbs: [...(merged.get(key)?.verbs ?? []), ...right.verbs] });
  }
  return [...merged.values(), ...others];
}

/** A rule in one line: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function formatRule(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const given = parts.filter(([, values]) => values !== undefined && values.length > 0);
  return `{${given.map(([name, values]) => `${name}:${formatList(values ?? [])}`).join(', ')}}`;
}

/** A list of texts as Go's `%q` prints it. */
export const formatList = (values: readonly string[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;

function breakDown({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): PolicyRule[] {
  const names = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  const targets: Omit<PolicyRule, 'verbs'>[] = [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) => names.map((name) => ({ apiGroups: [group], resources: [resource], ...name }))),
    ),
    ...nonResourceURLs.map((url) => ({ nonResourceURLs: [url] })),
  ];
  return targets.flatMap((target) => verbs.map((verb) => ({ verbs: [verb], ...target })));
}

function covers(owner: PolicyRule, right: PolicyRule): boolean {
  if (!hasAll(owner.verbs, right.verbs)) return false;
  if (right.nonResourceURLs !== undefined)
    return right.nonResourceURLs.every((url) => owner.nonResourceURLs?.some((pattern) => coversUrl(pattern, url)));
  const ownNames = owner.resourceNames ?? [];
  const names = right.resourceNames ?? [];
  return (
    hasAll(owner.apiGroups ?? [], right.apiGroups ?? []) &&
    (right.resources ?? []).every((resource) => coversResource(owner.resources ?? [], resource)) &&
    (ownNames.length === 0 || (names.length > 0 && names.every((name) => ownNames.includes(name))))
  );
}

const hasAll = (owned: readonly string[], wanted: readonly string[]): boolean =>
  owned.includes(ALL) || wanted.every((value) => owned.includes(value));

const coversUrl = (pattern: string, url: string): boolean =>
  pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.replace(/\*+$/, '')));

function coversResource(owned: readonly string[], wanted: string): boolean {
  if (owned.includes(ALL) || owned.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash > 0 && owned.includes(`*${wanted.slice(slash)}`);
}
