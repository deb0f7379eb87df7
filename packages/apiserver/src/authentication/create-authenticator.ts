/** From a request to its user. */
import type { ApiRequest, UserInfo } from '@towtank/apimachinery';
import type { Authenticator } from './authenticator.ts';
import { bearerToken } from './bearer-token.ts';
import { createTokenAuthenticator, type TokenSources } from './token-authenticator.ts';
import { ANONYMOUS_USER, withAuthenticatedGroup } from './user-groups.ts';

/** What credentials a server takes. */
export interface AuthenticatorOptions extends TokenSources {
  /** Whether a request without a credential is `system:anonymous` rather than refused; true unless told otherwise. */
  readonly allowAnonymous?: boolean;
}

/**
 * An identity that the transport has proven goes first, then the bearer token, then anonymous access. Answers at once
 * but for service account tokens.
 */
export function createAuthenticator({ allowAnonymous = true, ...sources }: AuthenticatorOptions): Authenticator {
  const authenticateToken = createTokenAuthenticator(sources);
  const anonymous = allowAnonymous ? ANONYMOUS_USER : undefined;
  return (request: ApiRequest): UserInfo | undefined | Promise<UserInfo | undefined> => {
    if (request.user !== undefined) return withAuthenticatedGroup(request.user);
    const token = bearerToken(request);
    if (token === undefined) return request.credentialRejected === true ? undefined : anonymous;
    const identity = authenticateToken(token);
    return identity instanceof Promise ? identity.then((found) => found?.user) : identity?.user;
  };
}
