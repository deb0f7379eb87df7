/** Which webhooks a request concerns. */
import { forbidden } from '@towtank/apimachinery';
import type { ResourceCatalog } from '../../resources/catalog.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { requestBindings } from '../matching/admission-request.ts';
import { celOf, conditionsHold, REQUEST_SCOPE } from '../matching/expression.ts';
import { matchRules } from '../matching/resource-rules.ts';
import { selectsRequest } from '../matching/selectors.ts';
import type { Invocation } from './call-webhook.ts';
import type { Webhook } from './webhook-hooks.ts';

/** What requests are compared by. */
export interface MatchParts {
  readonly catalog: ResourceCatalog;
  readonly reader: ObjectReader;
}

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
    REQUEST_SCOPE,
  );
  if (typeof holds === 'boolean') return holds;
  if (failurePolicy === 'Ignore') return false;
  throw forbidden(attributes.resource, attributes.name, holds.error);
}
