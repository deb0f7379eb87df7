/** SubjectAccessReview and its two sisters: may this user do that? */
import { type FieldError, invalid, invalidValue, type KubeObject, type UserInfo } from '@towtank/apimachinery';
import type { RequestAttributes } from '../../registry/request-attributes.ts';
import type { Authorizer } from '../authorizer.ts';

/** `spec.resourceAttributes` of a review. */
interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes | null;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string } | null;
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[] | null;
  readonly extra?: Readonly<Record<string, readonly string[]>> | null;
}

/** What the reviews of access ask. */
export interface AccessReviewDeps {
  readonly authorize: Authorizer;
}

/** Answers a SubjectAccessReview. Throws 422. */
export function reviewSubjectAccess(review: KubeObject, deps: AccessReviewDeps): KubeObject {
  const spec = specOf(review);
  refuse([...attributesErrors(spec), ...subjectErrors(spec), ...metadataErrors(review, [])]);
  return answer(review, spec, subjectOf(spec), deps);
}

/** Answers a LocalSubjectAccessReview in the namespace of its path. Throws 422. */
export function reviewLocalSubjectAccess(
  review: KubeObject,
  { namespace, ...deps }: AccessReviewDeps & { readonly namespace: string },
): KubeObject {
  const spec = specOf(review);
  const errors = [...attributesErrors(spec), ...subjectErrors(spec), ...metadataErrors(review, ['namespace'])];
  const { resourceAttributes, nonResourceAttributes } = spec;
  const asked = resourceAttributes?.namespace ?? '';
  if (resourceAttributes && asked !== namespace)
    errors.push(invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
  if (nonResourceAttributes)
    errors.push(
      invalidValue('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request'),
    );
  refuse(errors);
  const local = { ...review, metadata: { ...review.metadata, namespace } };
  return answer(local, spec, subjectOf(spec), deps);
}

/** Answers a SelfSubjectAccessReview of the user who asks. Throws 422. */
export function reviewSelfSubjectAccess(
  review: KubeObject,
  { user, ...deps }: AccessReviewDeps & { readonly user: UserInfo },
): KubeObject {
  const spec = specOf(review);
  refuse([...attributesErrors(spec), ...metadataErrors(review, [])]);
  return answer(review, spec, user, deps);
}

const specOf = (review: KubeObject): ReviewSpec => (review.spec ?? {}) as ReviewSpec;

const subjectOf = ({ user = '', uid, groups, extra }: ReviewSpec): UserInfo => ({
  name: user,
  ...(uid === undefined ? {} : { uid }),
  groups: groups ?? [],
  ...(extra == null ? {} : { extra }),
});

function answer(review: KubeObject, spec: ReviewSpec, user: UserInfo, { authorize }: AccessReviewDeps): KubeObject {
  const { allowed, reason } = authorize(user, attributesOf(spec));
  return { ...review, status: { allowed, ...(reason ? { reason } : {}) } };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: ReviewSpec): RequestAttributes {
  const { namespace = '', verb = '', group = '', version = '' } = resourceAttributes ?? {};
  const { resource = '', subresource = '', name = '' } = resourceAttributes ?? {};
  const common = { group, version, resource, subresource, namespace, name, rest: '' };
  if (resourceAttributes != null) return { ...common, verb, isResourceRequest: true, path: '' };
  const path = nonResourceAttributes?.path ?? '';
  return { ...common, verb: nonResourceAttributes?.verb ?? '', isResourceRequest: false, path };
}

function attributesErrors({ resourceAttributes, nonResourceAttributes }: ReviewSpec): FieldError[] {
  if (resourceAttributes != null && nonResourceAttributes != null)
    return [
      invalidValue(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  if (resourceAttributes != null || nonResourceAttributes != null) return [];
  const rule = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidValue('spec.resourceAttributes', null, rule)];
}

const subjectErrors = ({ user = '', groups }: ReviewSpec): FieldError[] =>
  user === '' && (groups ?? []).length === 0
    ? [invalidValue('spec.user', user, 'at least one of user or group must be specified')]
    : [];

function metadataErrors({ metadata }: KubeObject, allowed: readonly string[]): FieldError[] {
  const given = Object.entries(metadata).filter(
    ([field, value]) => !allowed.includes(field) && field !== 'managedFields' && value != null,
  );
  if (given.length === 0) return [];
  const rule = allowed.length === 0 ? 'must be empty' : `must be empty except for ${allowed.join()}`;
  return [invalidValue('metadata', metadata, rule)];
}

/** The real server names no kind in these failures. */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', errors);
}
