/** Whether a request is allowed. */
import type { UserInfo } from '@towtank/apimachinery';
import type { RequestAttributes } from '../registry/request-attributes.ts';

/** A decision, with the reason that SubjectAccessReview reports. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** Decides whether the user may make the request. */
export type Authorizer = (user: UserInfo, attributes: RequestAttributes) => Decision;
