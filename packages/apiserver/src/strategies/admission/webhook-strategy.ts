/** Webhook configurations: whom to ask, about what, and for how long. */
import { dns1035LabelErrors, duplicate, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkClientConfig } from './client-config-rules.ts';
import { expressionErrors, loadCompiler } from './expression-rules.ts';
import {
  checkMatchConditions,
  checkRules,
  FAILURE_POLICIES,
  MATCH_POLICIES,
  qualifiedDomainErrors,
} from './match-rules.ts';
import { unreviewedWarnings } from './unreviewed-warnings.ts';

const MAX_SECONDS = 30;
const VERSIONS = ['v1', 'v1beta1'];
const SIDE_EFFECTS: readonly string[] = ['None', 'NoneOnDryRun'];
const ALL_SIDE_EFFECTS: readonly string[] = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What an update may keep because the configuration was already so. */
interface Tolerance {
  readonly sideEffects: readonly string[];
  readonly anyVersion: boolean;
  readonly sameNames: boolean;
  readonly sameConditions: boolean;
}

const STRICT: Tolerance = {
  sideEffects: SIDE_EFFECTS,
  anyVersion: false,
  sameNames: false,
  sameConditions: false,
};

function checkConfiguration(errors: Errors, { webhooks }: KubeObject, tolerance: Tolerance): void {
  const names = new Set<string>();
  for (const [index, webhook] of (webhooks ?? []).entries()) {
    const field = `webhooks[${index}]`;
    checkWebhook(errors, field, webhook, tolerance);
    if (!tolerance.sameConditions)
      checkMatchConditions(errors, `${field}.matchConditions`, webhook.matchConditions ?? []);
    checkReviewVersions(errors, `${field}.admissionReviewVersions`, webhook.admissionReviewVersions ?? [], tolerance);
    if (!tolerance.sameNames && names.has(webhook.name)) errors.push(duplicate(`${field}.name`, webhook.name));
    if (webhook.name) names.add(webhook.name);
  }
}

function checkWebhook(errors: Errors, field: string, webhook: Fields, { sideEffects: allowed }: Tolerance): void {
  const { name = '', timeoutSeconds: timeout, sideEffects, clientConfig = {} } = webhook;
  if (name === '') errors.push(required(`${field}.name`));
  else checkName(errors, `${field}.name`, name, qualifiedDomainErrors);
  checkRules(errors, `${field}.rules`, webhook.rules ?? []);
  checkSupported(errors, `${field}.failurePolicy`, webhook.failurePolicy, FAILURE_POLICIES);
  checkSupported(errors, `${field}.matchPolicy`, webhook.matchPolicy, MATCH_POLICIES);
  if (sideEffects === undefined)
    errors.push(required(`${field}.sideEffects`, `must specify one of ${allowed.join(', ')}`));
  else checkSupported(errors, `${field}.sideEffects`, sideEffects, allowed);
  if (timeout !== undefined && (timeout < 1 || timeout > MAX_SECONDS))
    errors.push(
      invalidValue(
        `${field}.timeoutSeconds`,
        timeout,
        `the timeout value must be between 1 and ${MAX_SECONDS} seconds`,
      ),
    );
  checkLabelSelector(errors, `${field}.namespaceSelector`, webhook.namespaceSelector);
  checkLabelSelector(errors, `${field}.objectSelector`, webhook.objectSelector);
  checkSupported(errors, `${field}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']);
  checkClientConfig(errors, `${field}.clientConfig`, clientConfig);
}

const isReviewed = (versions: readonly string[]): boolean => versions.some((version) => VERSIONS.includes(version));

/** At least one version of reviews must be one that the server sends. */
function checkReviewVersions(errors: Errors, field: string, versions: readonly string[], tolerance: Tolerance): void {
  if (versions.length === 0) {
    errors.push(required(field, `must specify one of ${VERSIONS.join(', ')}`));
    return;
  }
  for (const [index, version] of versions.entries())
    if (versions.indexOf(version) !== index)
      errors.push(invalidValue(`${field}[${index}]`, version, 'duplicate version'));
    else checkName(errors, `${field}[${index}]`, version, dns1035LabelErrors);
  if (!tolerance.anyVersion && !isReviewed(versions))
    errors.push(invalidValue(field, versions, `must include at least one of ${VERSIONS.join(', ')}`));
}

function toleranceOf(next: KubeObject, old: KubeObject): Tolerance {
  const before: Fields[] = old.webhooks ?? [];
  const after: Fields[] = next.webhooks ?? [];
  const quiet = before.every(({ sideEffects }) => SIDE_EFFECTS.includes(sideEffects));
  return {
    sideEffects: quiet ? SIDE_EFFECTS : ALL_SIDE_EFFECTS,
    anyVersion: before.some(({ admissionReviewVersions: versions }) => versions?.length > 0 && !isReviewed(versions)),
    sameNames: new Set(before.map(({ name }) => name)).size !== before.length,
    sameConditions:
      before.length === after.length &&
      before.every(({ matchConditions }, index) => deepEqual(matchConditions, after[index].matchConditions)),
  };
}

/** The strategy of ValidatingWebhookConfigurations and MutatingWebhookConfigurations. */
export const webhookStrategy: Strategy = {
  begin: loadCompiler,
  validate: rules((errors, configuration) => {
    checkConfiguration(errors, configuration, STRICT);
    errors.push(...expressionErrors(configuration));
  }),
  validateUpdate: changeRules((errors, next, old) => {
    checkConfiguration(errors, next, toleranceOf(next, old));
    errors.push(...expressionErrors(next, old));
  }),
  warnings: ({ webhooks }) =>
    ((webhooks ?? []) as Fields[]).flatMap(({ rules: given }, index) =>
      unreviewedWarnings(given ?? [], `webhooks[${index}].rules`),
    ),
};
