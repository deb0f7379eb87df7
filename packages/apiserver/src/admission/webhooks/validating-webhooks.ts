/** Validating webhooks: all asked at once about the final object. */
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { isExempt } from '../matching/resource-rules.ts';
import { type CallParts, callWebhook, type Invocation } from './call-webhook.ts';
import { invocationOf, meetsConditions } from './find-invocations.ts';
import type { WebhookParts } from './mutating-webhooks.ts';
import { CallFailure, failedCall } from './webhook-errors.ts';

/** Asks the webhooks of ValidatingWebhookConfigurations. The first refusal to arrive is the one that is answered. */
export const validatingWebhooks = (parts: WebhookParts): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  validate(attributes) {
    const hooks = parts.hooks.all();
    if (hooks.length === 0 || isExempt(attributes)) return undefined;
    const invocations = hooks.flatMap((webhook) => invocationOf(webhook, attributes, parts) ?? []);
    return invocations.length === 0 ? undefined : dispatch(invocations, attributes, parts);
  },
});

async function dispatch(
  candidates: readonly Invocation[],
  attributes: AdmissionAttributes,
  parts: CallParts,
): Promise<void> {
  const invocations: Invocation[] = [];
  for (const candidate of candidates) if (await meetsConditions(candidate, attributes)) invocations.push(candidate);
  const refusals: unknown[] = [];
  await Promise.all(
    invocations.map((invocation) => ask(invocation, attributes, parts).catch((reason) => refusals.push(reason))),
  );
  if (refusals.length > 0) throw refusals[0];
}

async function ask(invocation: Invocation, attributes: AdmissionAttributes, parts: CallParts): Promise<void> {
  try {
    await callWebhook(invocation, attributes, { mutating: false, parts });
  } catch (reason) {
    if (!(reason instanceof CallFailure)) throw reason;
    if (invocation.webhook.failurePolicy !== 'Ignore') throw failedCall(reason);
  }
}
