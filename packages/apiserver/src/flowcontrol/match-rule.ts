/** Which requests a rule of a FlowSchema is about. */
import type { UserInfo } from '@towtank/apimachinery';
import { parseServiceAccountUser } from '../authentication/user-groups.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';

/** Who a rule is about. */
export interface Subject {
  readonly kind: string;
  readonly user?: { readonly name: string };
  readonly group?: { readonly name: string };
  readonly serviceAccount?: { readonly name: string; readonly namespace: string };
}

/** Subjects, and what they may ask for. */
export interface FlowRule {
  readonly subjects?: readonly Subject[] | null;
  readonly resourceRules?: readonly ResourceRule[] | null;
  readonly nonResourceRules?: readonly NonResourceRule[] | null;
}

interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly namespaces?: readonly string[] | null;
  readonly clusterScope?: boolean;
}

interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Whether one of a rule's subjects is this user. */
export const isAbout = (rule: FlowRule, user: UserInfo): boolean =>
  (rule.subjects ?? []).some((subject) => isUser(subject, user));

function isUser({ kind, user, group, serviceAccount }: Subject, { name, groups = [] }: UserInfo): boolean {
  if (kind === 'User') return user?.name === '*' || user?.name === name;
  if (kind === 'Group') return group?.name === '*' || groups.includes(group?.name ?? '');
  const account = parseServiceAccountUser(name);
  if (account === undefined || account.namespace !== serviceAccount?.namespace) return false;
  return serviceAccount.name === '*' || serviceAccount.name === account.name;
}

/** Whether a rule covers what a request asks for. */
export function covers(rule: FlowRule, request: RequestAttributes): boolean {
  if (!request.isResourceRequest) return (rule.nonResourceRules ?? []).some((each) => coversPath(each, request));
  return (rule.resourceRules ?? []).some((each) => coversResource(each, request));
}

const has = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted);

function coversResource(
  rule: ResourceRule,
  { verb, group, resource, subresource, namespace }: RequestAttributes,
): boolean {
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group) || !has(rule.resources, what)) return false;
  return namespace === '' ? rule.clusterScope === true : has(rule.namespaces ?? [], namespace);
}

const coversPath = ({ verbs, nonResourceURLs }: NonResourceRule, { verb, path }: RequestAttributes): boolean =>
  has(verbs, verb) && nonResourceURLs.some((url) => url === '*' || url === path || isBelow(url, path));

/** `/healthz/*` covers what is below, whatever that is. */
const isBelow = (url: string, path: string): boolean => url.endsWith('/*') && path.startsWith(url.slice(0, -1));
