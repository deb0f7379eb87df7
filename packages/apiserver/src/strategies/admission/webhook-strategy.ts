/** Webhook configurations: whom to ask, about what, and for how long. */
import { duplicate, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkGiven, checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { rules } from '../validation/rules.ts';
import { checkClientConfig } from './client-config-rules.ts';
import { checkMatchConditions, checkRules, qualifiedDomainErrors } from './match-rules.ts';

const MAX_SECONDS = 30;
const VERSIONS = ['v1', 'v1beta1'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

function checkConfiguration(errors: Errors, { webhooks = [] }: KubeObject): void {
  const names = new Set<string>();
  for (const [index, webhook] of (webhooks ?? []).entries()) {
    const field = `webhooks[${index}]`;
    checkWebhook(errors, field, webhook);
    if (names.has(webhook.name)) errors.push(duplicate(`${field}.name`, webhook.name));
    names.add(webhook.name);
  }
}

function checkWebhook(errors: Errors, field: string, webhook: Fields): void {
  const { name = '', timeoutSeconds, clientConfig = {}, rules: operations = [] } = webhook;
  if (name === '') errors.push(required(`${field}.name`));
  else checkName(errors, `${field}.name`, name, qualifiedDomainErrors);
  checkReviewVersions(errors, `${field}.admissionReviewVersions`, webhook.admissionReviewVersions ?? []);
  checkRules(errors, `${field}.rules`, operations);
  checkSupported(errors, `${field}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore']);
  checkSupported(errors, `${field}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact']);
  if (webhook.sideEffects === undefined)
    errors.push(required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
  else checkSupported(errors, `${field}.sideEffects`, webhook.sideEffects, SIDE_EFFECTS);
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > MAX_SECONDS))
    errors.push(
      invalidValue(
        `${field}.timeoutSeconds`,
        timeoutSeconds,
        `the timeout value must be between 1 and ${MAX_SECONDS} seconds`,
      ),
    );
  checkLabelSelector(errors, `${field}.namespaceSelector`, webhook.namespaceSelector);
  checkLabelSelector(errors, `${field}.objectSelector`, webhook.objectSelector);
  checkClientConfig(errors, `${field}.clientConfig`, clientConfig);
  checkSupported(errors, `${field}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']);
  checkMatchConditions(errors, `${field}.matchConditions`, webhook.matchConditions ?? []);
}

/** At least one version of reviews must be one that the server sends. */
function checkReviewVersions(errors: Errors, field: string, versions: readonly string[]): void {
  if (versions.length === 0) {
    errors.push(required(field, `must specify one of ${VERSIONS.join(', ')}`));
    return;
  }
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) !== index) errors.push(duplicate(`${field}[${index}]`, version));
    checkGiven(errors, `${field}[${index}]`, version);
  }
  if (!versions.some((version) => VERSIONS.includes(version)))
    errors.push(invalidValue(field, versions, `must include at least one of ${VERSIONS.join(', ')}`));
}

/** The strategy of ValidatingWebhookConfigurations and MutatingWebhookConfigurations. */
export const webhookStrategy: Strategy = { validate: rules(checkConfiguration) };
