/** Mutating webhooks: asked one after the other, each about what those before it have made of the object. */
import { deepEqual } from '../../registry/deep-equal.ts';
import { copyJson } from '../../schema/own-property.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionRound } from '../admission.ts';
import { isExempt } from '../matching/resource-rules.ts';
import { applyWebhookPatch } from './apply-webhook-patch.ts';
import { type CallParts, callWebhook, type Invocation } from './call-webhook.ts';
import { invocationOf, type MatchParts, meetsConditions } from './find-invocations.ts';
import { CallFailure, failedCall } from './webhook-errors.ts';
import type { Webhook, WebhookHooks } from './webhook-hooks.ts';

/** What webhooks are found and asked by. */
export interface WebhookParts extends CallParts, MatchParts {
  readonly hooks: WebhookHooks;
}

/** What a second round goes by: a webhook with `IfNeeded` is asked again when the object has changed after its turn. */
interface Rounds {
  readonly invoked: Set<Webhook>;
  readonly due: Set<Webhook>;
  last: unknown;
}

/** Asks the webhooks of MutatingWebhookConfigurations and applies their patches. */
export function mutatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  const rounds = new WeakMap<AdmissionRound, Rounds>();
  return {
    name: 'MutatingAdmissionWebhook',
    admit(attributes) {
      const hooks = parts.hooks.all();
      if (hooks.length === 0 || isExempt(attributes)) return undefined;
      // the labels of an object may change on the way, so that only the rules are looked at in advance
      if (!hooks.some((webhook) => mayConcern(webhook, attributes, parts))) return undefined;
      const state = rounds.get(attributes.round) ?? { invoked: new Set(), due: new Set(), last: undefined };
      rounds.set(attributes.round, state);
      return dispatch(hooks, attributes, { parts, state });
    },
  };
}

const mayConcern = (webhook: Webhook, attributes: AdmissionAttributes, parts: WebhookParts): boolean =>
  invocationOf({ ...webhook, objectSelector: {} }, attributes, parts) !== undefined;

interface Dispatch {
  readonly parts: WebhookParts;
  readonly state: Rounds;
}

async function dispatch(
  hooks: readonly Webhook[],
  attributes: AdmissionAttributes,
  { parts, state }: Dispatch,
): Promise<void> {
  const { round } = attributes;
  if (round.isSecond && !deepEqual(state.last, attributes.object)) makeDue(state);
  for (const webhook of hooks) {
    const invocation = invocationOf(webhook, attributes, parts);
    if (invocation === undefined || !(await meetsConditions(invocation, attributes))) continue;
    if (round.isSecond && !state.due.has(webhook)) continue;
    const changed = await ask(invocation, attributes, parts);
    if (changed) {
      makeDue(state);
      round.wantsSecond = true;
    }
    if (webhook.reinvocationPolicy === 'IfNeeded') state.invoked.add(webhook);
  }
  state.last = copyJson(attributes.object);
}

function makeDue({ invoked, due }: Rounds): void {
  for (const webhook of invoked) due.add(webhook);
  invoked.clear();
}

/** Whether the webhook has changed the object. One that cannot be asked is passed by where it says so. */
async function ask(invocation: Invocation, attributes: AdmissionAttributes, parts: CallParts): Promise<boolean> {
  try {
    const response = await callWebhook(invocation, attributes, { mutating: true, parts });
    return applyWebhookPatch(invocation, response, attributes);
  } catch (reason) {
    if (!(reason instanceof CallFailure)) throw reason;
    if (invocation.webhook.failurePolicy === 'Ignore') return false;
    throw failedCall(reason);
  }
}
