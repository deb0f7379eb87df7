/** The groups that everybody is in. */
import type { UserInfo } from '@towtank/apimachinery';

/** Group of users whose identity is proven. */
export const AUTHENTICATED_GROUP = 'system:authenticated';

/** Group of requests without a credential. */
export const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** Group whose members may do everything, whatever roles say. */
export const MASTERS_GROUP = 'system:masters';

/** The user of requests without a credential. */
export const ANONYMOUS_USER: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED_GROUP] };

/** The groups of a service account, before `system:authenticated`. */
export const serviceAccountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

/** Namespace and name of a service account's user name; undefined for every other user. */
export function parseServiceAccountUser(user: string): { namespace: string; name: string } | undefined {
  const [system, kind, namespace, name, ...rest] = user.split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || !namespace || !name || rest.length > 0) return undefined;
  return { namespace, name };
}

const completed = new WeakMap<UserInfo, UserInfo>();

/** The user with the group `system:authenticated`. Equal users give the same object, so it can key caches. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  let complete = completed.get(user);
  if (complete === undefined) {
    const groups = user.groups ?? [];
    const isComplete = groups.includes(AUTHENTICATED_GROUP) || groups.includes(UNAUTHENTICATED_GROUP);
    complete = isComplete ? user : { ...user, groups: [...groups, AUTHENTICATED_GROUP] };
    completed.set(user, complete);
  }
  return complete;
}
