/** SelfSubjectReview: who am I? */
import { type Clock, formatTime, type KubeObject, type UserInfo } from '@towtank/apimachinery';

/** A user as reviews show it: without the fields that are empty. */
export const userInfoStatus = ({ name, uid, groups, extra }: UserInfo): Record<string, unknown> => ({
  username: name,
  ...(uid ? { uid } : {}),
  ...(groups === undefined || groups.length === 0 ? {} : { groups }),
  ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
});

/** Answers the review; nothing of the one that is sent matters. */
export const reviewSelfSubject = ({ user, clock }: { readonly user: UserInfo; readonly clock: Clock }): KubeObject => ({
  kind: 'SelfSubjectReview',
  apiVersion: 'authentication.k8s.io/v1',
  metadata: { creationTimestamp: formatTime(clock.now()) },
  status: { userInfo: userInfoStatus(user) },
});
