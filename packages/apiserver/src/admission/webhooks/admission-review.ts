/** AdmissionReviews: what a webhook is sent, and what its answer says. */
import type { Random, Status } from '@towtank/apimachinery';
import { isJsonObject } from '../../schema/own-property.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { admissionRequest, inVersion } from '../matching/admission-request.ts';
import type { MatchedVersion } from '../matching/resource-rules.ts';
import type { Webhook } from './webhook-hooks.ts';

/** A review to send. */
export interface AdmissionReview {
  readonly kind: 'AdmissionReview';
  readonly apiVersion: string;
  readonly request: { readonly uid: string } & Readonly<Record<string, unknown>>;
}

/** What a webhook decides. */
export interface AdmissionResponse {
  readonly allowed: boolean;
  readonly status: Partial<Status> | undefined;
  readonly warnings: readonly string[];
  /** The text of a JSON patch; undefined where there is none. */
  readonly patch: string | undefined;
  readonly patchType: string;
}

const VERSIONS = ['v1', 'v1beta1'];

/** The review in the first version of the webhook's that the server knows; undefined when it knows none. */
export function reviewFor(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  { seen, random }: { readonly seen: MatchedVersion; readonly random: Random },
): AdmissionReview | undefined {
  const version = webhook.admissionReviewVersions?.find((one) => VERSIONS.includes(one));
  if (version === undefined) return undefined;
  const request = {
    uid: random.uuid(),
    ...admissionRequest(attributes, seen),
    object: inVersion(attributes.object, seen),
    oldObject: inVersion(attributes.oldObject, seen),
  };
  return { kind: 'AdmissionReview', apiVersion: `admission.k8s.io/${version}`, request };
}

/** Reads an answer, and the text of what is wrong with it. The older version is checked for nothing but its form. */
export function readResponse(
  answer: Readonly<Record<string, unknown>>,
  { apiVersion, request: { uid } }: AdmissionReview,
  mutating: boolean,
): AdmissionResponse | string {
  const { response } = answer;
  if (!isJsonObject(response)) return 'webhook response was absent';
  const isStrict = apiVersion.endsWith('/v1');
  const fault = isStrict ? (identityFault(answer, response.uid, uid) ?? patchFault(response, mutating)) : undefined;
  if (fault !== undefined) return fault;
  const patch = mutating && typeof response.patch === 'string' && response.patch !== '' ? response.patch : undefined;
  return {
    allowed: response.allowed === true,
    status: isJsonObject(response.status) ? (response.status as Partial<Status>) : undefined,
    warnings: Array.isArray(response.warnings) ? response.warnings.map(String) : [],
    patch: patch === undefined ? undefined : Buffer.from(patch, 'base64').toString(),
    patchType: isStrict ? String(response.patchType ?? '') : 'JSONPatch',
  };
}

function identityFault(answer: Readonly<Record<string, unknown>>, got: unknown, uid: string): string | undefined {
  if (got !== uid) return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(got ?? '')}`;
  const { kind = '', apiVersion = '' } = answer;
  if (kind === 'AdmissionReview' && apiVersion === 'admission.k8s.io/v1') return undefined;
  return `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`;
}

function patchFault({ patch, patchType }: Readonly<Record<string, unknown>>, mutating: boolean): string | undefined {
  const hasPatch = typeof patch === 'string' && patch !== '';
  const hasType = patchType !== undefined && patchType !== null;
  if (!mutating) {
    if (hasPatch) return 'validating webhook may not return response.patch';
    return hasType ? 'validating webhook may not return response.patchType' : undefined;
  }
  if (hasPatch && !hasType) return 'webhook returned response.patch but not response.patchType';
  if (!hasPatch && hasType) return 'webhook returned response.patchType but not response.patch';
  return hasType && patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}
