/** CertificateSigningRequests: who asks is what the server says; only approval and status change later. */
import { duplicate, formatTime, invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { type Errors, type Fields, IMMUTABLE } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkSignerName } from '../validation/signer-name-rules.ts';

const MIN_SECONDS = 600;
const REQUESTER = ['username', 'uid', 'groups', 'extra'];
const DECISIONS = ['Approved', 'Denied', 'Failed'];
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function checkRequest(errors: Errors, { spec = {}, status }: KubeObject): void {
  checkPem(errors, 'spec.request', spec.request ?? '');
  const usages: string[] = spec.usages ?? [];
  if (usages.length === 0) errors.push(required('spec.usages'));
  for (const [index, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${index}]`, usage, USAGES));
    if (usages.indexOf(usage) !== index) errors.push(duplicate(`spec.usages[${index}]`, usage));
  }
  if (spec.signerName === 'kubernetes.io/legacy-unknown')
    errors.push(
      invalidValue('spec.signerName', spec.signerName, 'the legacy signerName is not allowed via this API version'),
    );
  else checkSignerName(errors, 'spec.signerName', spec.signerName ?? '');
  if (spec.expirationSeconds < MIN_SECONDS)
    errors.push(
      invalidValue(
        'spec.expirationSeconds',
        spec.expirationSeconds,
        'may not specify a duration less than 600 seconds (10 minutes)',
      ),
    );
  checkConditions(errors, 'status.conditions', status?.conditions ?? []);
}

function checkPem(errors: Errors, field: string, request: string): void {
  const text = Buffer.from(request, 'base64').toString('latin1');
  if (!/-----BEGIN CERTIFICATE REQUEST-----[\s\S]*-----END CERTIFICATE REQUEST-----/.test(text))
    errors.push(invalidValue(field, request, 'PEM block type must be CERTIFICATE REQUEST'));
}

/** `example.com/my-signer`. */
function checkConditions(errors: Errors, field: string, conditions: readonly Fields[]): void {
  const seen = new Set<string>();
  for (const [index, { type = '', status = '' }] of conditions.entries()) {
    const at = `${field}[${index}]`;
    if (type === '') errors.push(required(`${at}.type`));
    if (DECISIONS.includes(type)) {
      if (status === '') errors.push(required(`${at}.status`));
      else if (status !== 'True') errors.push(notSupported(`${at}.status`, status, ['True']));
    } else if (status !== '' && !['True', 'False', 'Unknown'].includes(status))
      errors.push(notSupported(`${at}.status`, status, ['False', 'True', 'Unknown']));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : '';
    if (opposite !== '' && seen.has(opposite))
      errors.push(invalidValue(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type));
    seen.add(type);
  }
}

/** Decisions are added by approval (a failure by status), and stay. */
function checkChange(errors: Errors, next: KubeObject, old: KubeObject, mayDecide: readonly string[]): void {
  const field = 'status.conditions';
  for (const type of DECISIONS) {
    const of = ({ status }: KubeObject): Fields[] =>
      (status?.conditions ?? []).filter((condition: Fields) => condition.type === type);
    const [before, after] = [of(old), of(next)];
    if (before.length > 0 && after.length === 0)
      errors.push({
        field,
        reason: 'FieldValueForbidden',
        body: `Forbidden: updates may not remove a condition of type "${type}"`,
      });
    else if (before.length === 0 && after.length > 0 && !mayDecide.includes(type))
      errors.push({
        field,
        reason: 'FieldValueForbidden',
        body: `Forbidden: updates may not add a condition of type "${type}"`,
      });
    else if (before.length > 0 && !deepEqual(before, after) && !mayDecide.includes(type))
      errors.push({
        field,
        reason: 'FieldValueForbidden',
        body: `Forbidden: updates may not modify a condition of type "${type}"`,
      });
  }
}

function checkStatus(errors: Errors, next: KubeObject, old: KubeObject): void {
  checkConditions(errors, 'status.conditions', next.status?.conditions ?? []);
  checkChange(errors, next, old, ['Failed']);
  const before = old.status?.certificate;
  if (before !== undefined && next.status?.certificate !== before)
    errors.push(invalidValue('status.certificate', next.status?.certificate ?? '', IMMUTABLE));
}

/** The strategy of CertificateSigningRequests. */
export const signingRequestStrategy: Strategy = {
  nameErrors: () => [],
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
      checkRequest(errors, next);
      checkChange(errors, next, old, subresource === 'approval' ? ['Approved', 'Denied'] : []);
    })(next, old),
  validateStatusUpdate: changeRules(checkStatus),
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
