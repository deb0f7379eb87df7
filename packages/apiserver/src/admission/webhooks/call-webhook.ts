/** Asks one webhook about one request. */
import type { Clock, Random } from '@towtank/apimachinery';
import type { AdmissionAttributes } from '../admission.ts';
import type { MatchedVersion } from '../matching/resource-rules.ts';
import { type AdmissionResponse, readResponse, reviewFor } from './admission-review.ts';
import { postReview } from './post-review.ts';
import { type AddressParts, addressOf } from './webhook-address.ts';
import { CallFailure, dryRunUnsupported, refusalOf } from './webhook-errors.ts';
import type { Webhook } from './webhook-hooks.ts';

/** What calls are made with. */
export interface CallParts extends AddressParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** A webhook that has to be asked, and the version in which it sees the request. */
export interface Invocation {
  readonly webhook: Webhook;
  readonly seen: MatchedVersion;
}

/** The answer of a webhook that allows the request. Throws its refusal as StatusError, and CallFailure without an answer. */
export async function callWebhook(
  { webhook, seen }: Invocation,
  attributes: AdmissionAttributes,
  { mutating, parts }: { readonly mutating: boolean; readonly parts: CallParts },
): Promise<AdmissionResponse> {
  const { name, sideEffects = '' } = webhook;
  if (attributes.dryRun && !QUIET.has(sideEffects)) throw dryRunUnsupported(name);
  const review = reviewFor(webhook, attributes, { seen, random: parts.random });
  if (review === undefined)
    throw new CallFailure(
      name,
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    );
  const answer = await postReview(webhook, review, {
    address: addressOf(webhook.clientConfig, parts),
    clock: parts.clock,
  }).catch((cause: Error) => {
    throw new CallFailure(name, `failed to call webhook: ${cause.message}`, { cause });
  });
  const response = readResponse(answer, review, mutating);
  if (typeof response === 'string') throw new CallFailure(name, `received invalid webhook response: ${response}`);
  for (const warning of response.warnings) attributes.warn(warning);
  if (!response.allowed) throw refusalOf(name, response.status);
  return response;
}

const QUIET: ReadonlySet<string> = new Set(['None', 'NoneOnDryRun']);
