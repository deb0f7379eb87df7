/** The resources of which nothing is stored: their handlers answer what they are asked. */
import { badRequest, type KubeObject } from '@towtank/apimachinery';
import { reviewSelfSubject } from '../../authentication/reviews/self-subject-review.ts';
import { requestToken } from '../../authentication/reviews/token-request.ts';
import { reviewToken } from '../../authentication/reviews/token-review.ts';
import type { ServiceAccountTokens } from '../../authentication/service-account-tokens.ts';
import type { TokenAuthenticator } from '../../authentication/token-authenticator.ts';
import type { ApiCall } from '../../endpoints/api-call.ts';
import { checkType, readAs, readBody } from '../../endpoints/read-body.ts';
import { valueResponse } from '../../endpoints/respond.ts';
import { dressedFor } from '../../negotiation/dress.ts';
import { decodeObject } from '../../schema/decode-object.ts';
import type { Handler, HandlerTable } from '../../server/resource-router.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { Authorization } from '../rbac-authorizer.ts';
import { reviewSelfSubjectRules } from './self-subject-rules-review.ts';
import { reviewLocalSubjectAccess, reviewSelfSubjectAccess, reviewSubjectAccess } from './subject-access-review.ts';

/** What the reviews ask. */
export interface ReviewHandlersDeps {
  readonly authorization: Authorization;
  readonly authenticateToken: TokenAuthenticator;
  readonly tokens: ServiceAccountTokens;
  readonly reader: ObjectReader;
}

type Review = (object: KubeObject, call: ApiCall) => KubeObject | Promise<KubeObject>;

/** Handlers of the review resources and of `serviceaccounts/token`. */
export function reviewHandlers({ authorization, authenticateToken, tokens, reader }: ReviewHandlersDeps): HandlerTable {
  const { authorize, rulesFor } = authorization;
  return {
    'subjectaccessreviews.authorization.k8s.io': creates((review) => reviewSubjectAccess(review, { authorize })),
    'localsubjectaccessreviews.authorization.k8s.io': creates((review, { attributes: { namespace } }) =>
      reviewLocalSubjectAccess(review, { authorize, namespace }),
    ),
    'selfsubjectaccessreviews.authorization.k8s.io': creates((review, { user }) =>
      reviewSelfSubjectAccess(review, { authorize, user }),
    ),
    'selfsubjectrulesreviews.authorization.k8s.io': creates((review, { user }) =>
      reviewSelfSubjectRules(review, { rulesFor, user }),
    ),
    'selfsubjectreviews.authentication.k8s.io': creates((_, { user, environment: { clock } }) =>
      reviewSelfSubject({ user, clock }),
    ),
    'tokenreviews.authentication.k8s.io': creates((review) => reviewToken(review, { authenticateToken })),
    'serviceaccounts/token': creates((request, { attributes: { namespace, name }, environment: { clock } }) =>
      requestToken(request, { tokens, reader, clock, namespace, name }),
    ),
  };
}

const creates = (review: Review): { readonly create: Handler } => ({
  async create(call) {
    const reviewed = await review(await reviewOf(call), call);
    return dressedFor(call.request, valueResponse(201, reviewed, call.warnings));
  },
});

/** The object in the body. Throws 400 when it is none, or of another kind. */
async function reviewOf(call: ApiCall): Promise<KubeObject> {
  const { value } = await readBody(call);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('json: cannot unmarshal into Go value of type map[string]interface {}');
  const object = structuredClone(value) as KubeObject;
  if (call.attributes.subresource !== '') return await readAs(call, 'authentication.k8s.io/v1', 'TokenRequest');
  checkType(object, call.served);
  return decodeObject(object, call.served.schema, { fieldValidation: 'Ignore' }).object;
}
