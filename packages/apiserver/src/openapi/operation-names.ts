/** How operations are called and described: names that client generators turn into methods. */
import type { Resource } from '../resources/resource.ts';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The group's words without Kubernetes' own domain: `rbac.authorization.k8s.io` is `rbac`, `authorization`. */
const words = (group: string): string[] => (group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split(/[.-]/));

/** `CoreV1`, `RbacAuthorizationV1`: the part of an operation's name that says where it belongs. */
export const groupVersionWord = (group: string, version: string): string =>
  words(group).map(capital).join('') + capital(version);

/** `core_v1`, `rbacAuthorization_v1`; without a version the group's tag alone. */
export function tagOf(group: string, version = ''): string {
  const [first = '', ...rest] = words(group);
  const tag = first + rest.map(capital).join('');
  return version === '' ? tag : `${tag}_${version}`;
}

/** `a Pod`, `an Event`, `Endpoints`: kinds that are plurals take no article. */
export function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind;
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** Which form of a resource's path an operation stands on. */
export interface NameParts {
  readonly namespaced: boolean;
  /** Word of the subresource in the name: `Status`, `Proxy`, `ProxyWithPath`. */
  readonly subresource?: string;
  readonly allNamespaces?: boolean;
}

/** `listCoreV1NamespacedPod`, `readAppsV1NamespacedDeploymentScale`, `connectCoreV1GetNodeProxy`. */
export function operationId(
  verb: string,
  { group, version, kind }: Resource,
  { namespaced, subresource = '', allNamespaces = false }: NameParts,
  infix = '',
): string {
  const scope = namespaced ? 'Namespaced' : '';
  const suffix = allNamespaces ? 'ForAllNamespaces' : '';
  return `${verb}${groupVersionWord(group, version)}${infix}${scope}${kind}${subresource}${suffix}`;
}

/** `Ephemeralcontainers`: subresources as they stand in names. */
export const subresourceWord = (subresource: string): string => capital(subresource);
