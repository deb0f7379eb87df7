/** Which user a token stands for. */
import type { UserInfo } from '@towtank/apimachinery';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { withAuthenticatedGroup } from './user-groups.ts';

/** A user, and those of the asked audiences that its token is meant for. */
export interface TokenIdentity {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Finds the user of a token that is meant for one of the audiences (the API server's own, unless told otherwise). */
export type TokenAuthenticator = (
  token: string,
  audiences?: readonly string[],
) => TokenIdentity | undefined | Promise<TokenIdentity | undefined>;

/** The kinds of tokens that a cluster takes. */
export interface TokenSources {
  /** Fixed tokens, such as the admin's; read anew for each request, so that they may come and go. */
  readonly tokens?: Readonly<Record<string, UserInfo>> | ReadonlyMap<string, UserInfo> | undefined;
  readonly serviceAccounts?: ServiceAccountTokens | undefined;
}

/** Tries fixed tokens first, then service account tokens. Users get the group `system:authenticated`. */
export function createTokenAuthenticator({ tokens, serviceAccounts }: TokenSources): TokenAuthenticator {
  const fixed =
    tokens instanceof Map ? (tokens as ReadonlyMap<string, UserInfo>) : new Map(Object.entries(tokens ?? {}));
  const ownAudiences = serviceAccounts?.audiences ?? [];
  return (token, audiences = ownAudiences) => {
    const user = fixed.get(token);
    if (user === undefined) return serviceAccounts?.authenticate(token, audiences);
    const shared = audiences.filter((audience) => ownAudiences.includes(audience));
    if (audiences.length > 0 && shared.length === 0) return undefined;
    return { user: withAuthenticatedGroup(user), audiences: shared };
  };
}
