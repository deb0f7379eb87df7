/** CertificateSigningRequests: who asks is what the server says; only approval and status change later. */
import { formatTime, type KubeObject, pathSegmentErrors } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import type { Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkRequest, checkRequestChange } from './signing-request-rules.ts';

const REQUESTER = ['username', 'uid', 'groups', 'extra'];

/** The strategy of CertificateSigningRequests. */
export const signingRequestStrategy: Strategy = {
  nameErrors: pathSegmentErrors,
  metadataRulesOfUpdate: ['create', 'update'],
  prepareForCreate(request, { user }) {
    for (const field of REQUESTER) delete request.spec?.[field];
    const { name, uid, groups = [], extra } = user;
    Object.assign(request.spec ?? {}, {
      username: name,
      ...(uid === undefined || uid === '' ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
      ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra: structuredClone(extra) }),
    });
    request.status = {};
  },
  prepareForUpdate(request, old, { subresource, clock }) {
    request.spec = structuredClone(old.spec);
    if (subresource === 'approval') request.status = approved(request, old);
    else if (subresource === '') request.status = structuredClone(old.status);
    stampConditions(request, clock.now());
  },
  validate: rules(checkRequest),
  validateUpdate: (next, old, { subresource }) =>
    changeRules((errors) => {
      checkRequest(errors, next, old);
      checkRequestChange(errors, next, old, subresource);
    })(next, old),
  validateStatusUpdate: changeRules((errors, next, old) => {
    checkRequest(errors, next, old);
    checkRequestChange(errors, next, old, 'status');
  }),
};

/** Approval writes the conditions; the certificate stays what it was. */
function approved(request: KubeObject, old: KubeObject): Fields {
  const { certificate, conditions, ...rest } = structuredClone(old.status ?? {});
  const decided = request.status?.conditions;
  return {
    ...rest,
    ...(decided === undefined ? {} : { conditions: decided }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function stampConditions({ status }: KubeObject, now: number): void {
  for (const condition of status?.conditions ?? []) {
    condition.lastUpdateTime ??= formatTime(now);
    condition.lastTransitionTime ??= formatTime(now);
  }
}
