/** Which webhooks a request concerns. */
import { forbidden } from '@towtank/apimachinery';
import type { ResourceCatalog } from '../../resources/catalog.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { admissionRequest, inVersion } from '../matching/admission-request.ts';
import { celOf, conditionsHold, REQUEST_VARIABLES } from '../matching/expression.ts';
import { isReviewed, type MatchedVersion, matchRules } from '../matching/resource-rules.ts';
import { selectsRequest } from '../matching/selectors.ts';
import type { Invocation } from './call-webhook.ts';
import type { Webhook } from './webhook-hooks.ts';

/** What requests are compared by. */
export interface MatchParts {
  readonly catalog: ResourceCatalog;
  readonly reader: ObjectReader;
}

const GROUP = 'admissionregistration.k8s.io';

/** Nothing that webhooks are configured by is ever put before them: who breaks one must be able to mend it. */
export const isExempt = ({ resource, subresource }: AdmissionAttributes): boolean =>
  resource.group === GROUP || !isReviewed(subresource);

/** The call that a webhook is due, before its conditions are looked at. Throws 404 when the namespace does not exist. */
export function invocationOf(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  { catalog, reader }: MatchParts,
): Invocation | undefined {
  const { matchPolicy } = webhook;
  const seen = matchRules(webhook.rules ?? [], attributes, { catalog, matchPolicy });
  if (seen === undefined || !selectsRequest(webhook, attributes, reader)) return undefined;
  return { webhook, seen };
}

/** Whether the conditions of a webhook hold. Throws 403 when that cannot be told and the webhook must not be passed by. */
export async function meetsConditions(
  { webhook, seen }: Invocation,
  attributes: AdmissionAttributes,
): Promise<boolean> {
  const { matchConditions = [], failurePolicy } = webhook;
  if (matchConditions.length === 0) return true;
  const holds = await conditionsHold(
    matchConditions,
    (modules) => requestBindings(attributes, seen, (value) => celOf(value, modules)),
    REQUEST_VARIABLES,
  );
  if (typeof holds === 'boolean') return holds;
  if (failurePolicy === 'Ignore') return false;
  throw forbidden(attributes.resource, attributes.name, holds.error);
}

/** A request as expressions see it. */
export const requestBindings = (
  attributes: AdmissionAttributes,
  seen: MatchedVersion,
  convert: (value: unknown) => unknown,
): Record<string, unknown> => ({
  object: convert(inVersion(attributes.object, seen)),
  oldObject: convert(inVersion(attributes.oldObject, seen)),
  request: convert(admissionRequest(attributes, seen)),
});
