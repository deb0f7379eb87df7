/** SelfSubjectRulesReview: everything that the asking user may do in a namespace. */
import { badRequest, type KubeObject, type UserInfo } from '@towtank/apimachinery';
import type { PolicyRule } from '../policy.ts';
import { type Authorization, aggregate } from '../rbac-authorizer.ts';

/** What the review asks. */
export interface RulesReviewDeps {
  readonly rulesFor: Authorization['rulesFor'];
  readonly user: UserInfo;
}

/** Answers the review. The answer leaves `spec` empty, as the real server's does. Throws 400 without a namespace. */
export function reviewSelfSubjectRules(review: KubeObject, { rulesFor, user }: RulesReviewDeps): KubeObject {
  const namespace: string = review.spec?.namespace ?? '';
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, errors } = rulesFor(user, namespace);
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules.filter(({ resources = [] }) => resources.length > 0).map(resourceRule),
      nonResourceRules: rules.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0).map(nonResourceRule),
      incomplete: false,
      ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }),
    },
  };
}

const resourceRule = ({ verbs, apiGroups, resources, resourceNames }: PolicyRule): PolicyRule => ({
  verbs,
  ...(apiGroups === undefined ? {} : { apiGroups }),
  ...(resources === undefined ? {} : { resources }),
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

const nonResourceRule = ({ verbs, nonResourceURLs = [] }: PolicyRule): PolicyRule => ({ verbs, nonResourceURLs });
