/** TokenReview: whose token is this? */
import { badRequest, type KubeObject } from '@towtank/apimachinery';
import type { TokenAuthenticator } from '../token-authenticator.ts';
import { userInfoStatus } from './self-subject-review.ts';

/** What the review asks. */
export interface TokenReviewDeps {
  readonly authenticateToken: TokenAuthenticator;
}

/** Answers the review. Throws 400 without a token. */
export async function reviewToken(review: KubeObject, { authenticateToken }: TokenReviewDeps): Promise<KubeObject> {
  const { token = '', audiences } = (review.spec ?? {}) as { token?: string; audiences?: readonly string[] | null };
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = audiences != null && audiences.length > 0 ? audiences : undefined;
  const identity = await (asked === undefined ? authenticateToken(token) : authenticateToken(token, asked));
  const status =
    identity === undefined
      ? { user: {}, error: 'invalid bearer token' }
      : {
          authenticated: true,
          user: userInfoStatus(identity.user),
          ...(identity.audiences.length === 0 ? {} : { audiences: identity.audiences }),
        };
  return { ...review, status };
}
