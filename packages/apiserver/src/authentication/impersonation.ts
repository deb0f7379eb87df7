/** Acting as somebody else: the Impersonate-* headers. */
import { type ApiRequest, internalError, type UserInfo } from '@towtank/apimachinery';
import type { Authorizer } from '../authorization/authorizer.ts';
import { forbiddenError } from '../authorization/forbidden-error.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';
import {
  ANONYMOUS_USER,
  AUTHENTICATED_GROUP,
  parseServiceAccountUser,
  serviceAccountGroups,
  UNAUTHENTICATED_GROUP,
} from './user-groups.ts';

const EXTRA_PREFIX = 'impersonate-extra-';

interface Impersonation {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * The user that the request acts as: the one its headers name, if `user` may impersonate everything they name, else
 * `user` itself. Repeated headers come joined by `, `. Throws 403, and 500 for headers that name no user.
 */
export function impersonate(user: UserInfo, { headers }: Pick<ApiRequest, 'headers'>, authorize: Authorizer): UserInfo {
  const asked = readHeaders(headers);
  if (asked === undefined) return user;
  const attributes = requestedAttributes(asked);
  for (const request of attributes) {
    const { allowed, reason } = authorize(user, request);
    if (!allowed) throw forbiddenError(user, request, reason);
  }
  return impersonatedUser(asked);
}

function readHeaders(headers: ApiRequest['headers']): Impersonation | undefined {
  if (!hasImpersonation(headers)) return undefined;
  const name = headers['impersonate-user'] ?? '';
  const uid = headers['impersonate-uid'] ?? '';
  const groups = listOf(headers['impersonate-group']);
  const extra = Object.keys(headers)
    .filter((header) => header.startsWith(EXTRA_PREFIX))
    .map((header) => [extraKey(header), listOf(headers[header])] as const);
  if (name === '' && (uid !== '' || groups.length > 0 || extra.length > 0))
    throw internalError('requested impersonation of groups, uid or extra values without impersonating a user');
  return name === '' ? undefined : { name, uid, groups, extra: Object.fromEntries(extra) };
}

/** Every request comes through here, and hardly any has such a header: look without making anything. */
function hasImpersonation(headers: ApiRequest['headers']): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

const listOf = (header: string | undefined): string[] => (header ? header.split(', ') : []);

function extraKey(header: string): string {
  const key = header.slice(EXTRA_PREFIX.length);
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** One request to authorize for each thing that is impersonated. */
function requestedAttributes({ name, uid, groups, extra }: Impersonation): RequestAttributes[] {
  const account = parseServiceAccountUser(name);
  return [
    account === undefined
      ? impersonationOf({ resource: 'users', name })
      : impersonationOf({ resource: 'serviceaccounts', ...account }),
    ...groups.map((group) => impersonationOf({ resource: 'groups', name: group })),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((value) =>
        impersonationOf({ group: 'authentication.k8s.io', resource: 'userextras', subresource, name: value }),
      ),
    ),
    ...(uid === '' ? [] : [impersonationOf({ group: 'authentication.k8s.io', resource: 'uids', name: uid })]),
  ];
}

const impersonationOf = (what: Partial<RequestAttributes>): RequestAttributes => ({
  verb: 'impersonate',
  isResourceRequest: true,
  path: '',
  group: '',
  version: 'v1',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  rest: '',
  ...what,
});

function impersonatedUser({ name, uid, groups, extra }: Impersonation): UserInfo {
  const account = parseServiceAccountUser(name);
  const own = groups.length === 0 && account !== undefined ? serviceAccountGroups(account.namespace) : groups;
  const shared = name === ANONYMOUS_USER.name ? UNAUTHENTICATED_GROUP : AUTHENTICATED_GROUP;
  const isComplete = own.includes(shared) || own.includes(UNAUTHENTICATED_GROUP);
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: isComplete ? own : [...own, shared],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
