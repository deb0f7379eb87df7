/** Rules for CertificateSigningRequests. What was wrong before an update may stay wrong. */
import {
  duplicate,
  forbiddenField,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { checkSignerName } from '../validation/signer-name-rules.ts';
import { certificateProblem, firstBlockType } from './pem-blocks.ts';

const MIN_SECONDS = 600;
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const DECISIONS = ['Approved', 'Denied'];
const FINAL = [...DECISIONS, 'Failed'];
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

/** Rules for a request, new or changed. */
export function checkRequest(errors: Errors, request: KubeObject, old?: KubeObject): void {
  const { expirationSeconds, ...spec } = request.spec ?? {};
  const signerName: string = spec.signerName ?? '';
  if (firstBlockType(spec.request ?? '') !== 'CERTIFICATE REQUEST')
    errors.push(invalidValue('spec.request', spec.request, 'PEM block type must be CERTIFICATE REQUEST'));
  checkUsages(errors, 'spec.usages', spec.usages ?? [], old?.spec?.usages ?? []);
  if (signerName === LEGACY_SIGNER && old?.spec?.signerName !== LEGACY_SIGNER)
    errors.push(
      invalidValue('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'),
    );
  else checkSignerName(errors, 'spec.signerName', signerName);
  if (expirationSeconds < MIN_SECONDS)
    errors.push(
      invalidValue(
        'spec.expirationSeconds',
        expirationSeconds,
        'may not specify a duration less than 600 seconds (10 minutes)',
      ),
    );
  checkConditions(errors, 'status.conditions', conditionsOf(request), old === undefined ? [] : conditionsOf(old));
  checkCertificate(errors, request, old);
}

const conditionsOf = ({ status }: KubeObject): readonly Fields[] => status?.conditions ?? [];
const typesOf = (conditions: readonly Fields[]): readonly string[] => conditions.map(({ type = '' }) => type);
const hasDuplicates = (names: readonly string[]): boolean => new Set(names).size < names.length;

function checkUsages(errors: Errors, field: string, usages: readonly string[], old: readonly string[]): void {
  if (usages.length === 0) errors.push(required(field));
  if (old.every((usage) => USAGES.includes(usage)))
    for (const [index, usage] of usages.entries())
      if (!USAGES.includes(usage)) errors.push(notSupported(`${field}[${index}]`, usage, USAGES));
  if (hasDuplicates(old)) return;
  for (const [index, usage] of usages.entries())
    if (usages.indexOf(usage) < index) errors.push(duplicate(`${field}[${index}]`, usage));
}

/** Decisions are true, and of one kind; each type stands once. */
function checkConditions(errors: Errors, field: string, conditions: readonly Fields[], old: readonly Fields[]): void {
  const known = typesOf(old);
  const seen = new Set<string>();
  for (const [index, { type = '', status = '' }] of conditions.entries()) {
    const at = `${field}[${index}]`;
    if (type === '' && !known.includes('')) errors.push(required(`${at}.type`));
    const statuses = FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') errors.push(required(`${at}.status`));
    else if (!statuses.includes(status)) errors.push(notSupported(`${at}.status`, status, statuses));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (opposite !== undefined && seen.has(opposite) && !DECISIONS.every((decision) => known.includes(decision)))
      errors.push(invalidValue(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.has(type) && !hasDuplicates(known)) errors.push(duplicate(`${at}.type`, type));
    seen.add(type);
  }
}

const certificateOf = (request: KubeObject | undefined): string => request?.status?.certificate ?? '';

function checkCertificate(errors: Errors, request: KubeObject, old: KubeObject | undefined): void {
  const certificate = certificateOf(request);
  if (certificate === certificateOf(old)) return;
  const problem = certificateProblem(certificate);
  if (problem === undefined || certificateProblem(certificateOf(old)) !== undefined) return;
  errors.push(invalidValue('status.certificate', '<certificate data>', problem));
}

/** Decisions are added by approval and then stay; the certificate is given once, with the status. */
export function checkRequestChange(errors: Errors, next: KubeObject, old: KubeObject, subresource: string): void {
  const of = (request: KubeObject, wanted: string): readonly Fields[] =>
    conditionsOf(request).filter(({ type }) => type === wanted);
  const refuse = (what: string, type: string): void =>
    void errors.push(forbiddenField('status.conditions', `updates may not ${what} a condition of type "${type}"`));
  for (const type of FINAL) if (of(next, type).length < of(old, type).length) refuse('remove', type);
  if (subresource !== 'approval')
    for (const type of DECISIONS) {
      const [after, before] = [of(next, type), of(old, type)];
      if (after.length > before.length) refuse('add', type);
      else if (after.length === before.length && !deepEqual(after, before)) refuse('modify', type);
    }
  if (certificateOf(next) === certificateOf(old)) return;
  if (subresource !== 'status')
    errors.push(forbiddenField('status.certificate', 'updates may not set certificate content'));
  else if (certificateOf(old) !== '')
    errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
}
