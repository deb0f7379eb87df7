/** Rules for where a pod wants to run: affinity, tolerations, spread. */
import {
  dns1123LabelErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  labelValueErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { checkNodeSelector, checkNodeSelectorTerm } from '../validation/node-selector-rules.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** `affinity` of a pod. */
export function checkAffinity(errors: Errors, field: string, affinity: Fields): void {
  if (affinity === undefined) return;
  if (affinity.nodeAffinity !== undefined) checkNodeAffinity(errors, `${field}.nodeAffinity`, affinity.nodeAffinity);
  for (const name of ['podAffinity', 'podAntiAffinity'])
    if (affinity[name] !== undefined) checkPodAffinity(errors, `${field}.${name}`, affinity[name]);
}

function checkNodeAffinity(errors: Errors, field: string, affinity: Fields): void {
  if (affinity[REQUIRED] !== undefined) checkNodeSelector(errors, `${field}.${REQUIRED}`, affinity[REQUIRED]);
  for (const [index, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    checkWeight(errors, `${field}.${PREFERRED}[${index}].weight`, weight);
    checkNodeSelectorTerm(errors, `${field}.${PREFERRED}[${index}].preference`, preference, false);
  }
}

function checkPodAffinity(errors: Errors, field: string, affinity: Fields): void {
  for (const [index, term] of (affinity[REQUIRED] ?? []).entries())
    checkPodAffinityTerm(errors, `${field}.${REQUIRED}[${index}]`, term);
  for (const [index, { weight, podAffinityTerm }] of (affinity[PREFERRED] ?? []).entries()) {
    checkWeight(errors, `${field}.${PREFERRED}[${index}].weight`, weight);
    checkPodAffinityTerm(errors, `${field}.${PREFERRED}[${index}].podAffinityTerm`, podAffinityTerm ?? {});
  }
}

function checkWeight(errors: Errors, field: string, weight = 0): void {
  if (weight <= 0 || weight > 100) errors.push(invalidValue(field, weight, 'must be in the range 1-100'));
}

function checkPodAffinityTerm(errors: Errors, field: string, term: Fields): void {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term;
  checkLabelSelector(errors, `${field}.labelSelector`, labelSelector);
  checkLabelSelector(errors, `${field}.namespaceSelector`, namespaceSelector);
  for (const name of namespaces) checkName(errors, `${field}.namespace`, name, dns1123LabelErrors);
  checkTermKeys(errors, field, term);
  if (topologyKey === '') errors.push(required(`${field}.topologyKey`, 'can not be empty'));
  checkName(errors, `${field}.topologyKey`, topologyKey, labelKeyErrors);
}

function checkTermKeys(errors: Errors, field: string, term: Fields): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  for (const [name, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    if (keys.length === 0) continue;
    if (labelSelector === undefined)
      errors.push(forbiddenField(`${field}.${name}`, 'must not be specified when labelSelector is not set'));
    else
      for (const [index, key] of keys.entries()) checkName(errors, `${field}.${name}[${index}]`, key, labelKeyErrors);
  }
  checkNotSelectedTwice(errors, field, matchLabelKeys, labelSelector);
  for (const [index, key] of matchLabelKeys.entries())
    if (mismatchLabelKeys.includes(key))
      errors.push(
        invalidValue(`${field}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'),
      );
}

/** `tolerations` of a pod. */
export function checkTolerations(errors: Errors, field: string, tolerations: readonly Fields[]): void {
  for (const [
    index,
    { key = '', operator = '', value = '', effect = '', tolerationSeconds },
  ] of tolerations.entries()) {
    const at = `${field}[${index}]`;
    if (key !== '') checkName(errors, `${at}.key`, key, labelKeyErrors);
    if (key === '' && operator !== 'Exists')
      errors.push(
        invalidValue(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    checkTolerationValue(errors, `${at}.operator`, operator, value);
    if (effect !== '') checkSupported(errors, `${at}.effect`, effect, EFFECTS);
  }
}

function checkTolerationValue(errors: Errors, field: string, operator: string, value: string): void {
  if (operator === 'Equal' || operator === '') {
    const messages = labelValueErrors(value);
    if (messages.length > 0) errors.push(invalidValue(field, value, messages.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalidValue(field, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    const compares = operator === 'Lt' || operator === 'Gt';
    errors.push(notSupported(field, operator, compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']));
  }
}

/** `effect` of a taint. */
export function checkTaintEffect(errors: Errors, field: string, effect: string): void {
  if (effect === '') errors.push(required(field));
  else checkSupported(errors, field, effect, EFFECTS);
}

/** `topologySpreadConstraints` of a pod. */
export function checkSpread(errors: Errors, field: string, constraints: readonly Fields[]): void {
  for (const [index, constraint] of constraints.entries()) {
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    const at = `${field}[${index}]`;
    if (maxSkew <= 0) errors.push(invalidValue(`${at}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (topologyKey === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    checkSupported(errors, `${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    const repeats = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeats)
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) checkMinDomains(errors, `${at}.minDomains`, minDomains, whenUnsatisfiable);
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      checkSupported(errors, `${at}.${policy}`, constraint[policy], ['Honor', 'Ignore']);
    checkSpreadKeys(errors, `${at}.matchLabelKeys`, constraint);
    checkLabelSelector(errors, `${at}.labelSelector`, constraint.labelSelector);
  }
}

function checkMinDomains(errors: Errors, field: string, minDomains: number, action: string): void {
  if (minDomains <= 0) errors.push(invalidValue(field, minDomains, 'must be greater than zero'));
  if (action !== 'DoNotSchedule')
    errors.push(
      invalidValue(field, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`),
    );
}

function checkSpreadKeys(errors: Errors, field: string, { matchLabelKeys = [], labelSelector }: Fields): void {
  if (matchLabelKeys.length === 0) return;
  if (labelSelector === undefined)
    errors.push(forbiddenField(field, 'must not be specified when labelSelector is not set'));
  for (const [index, key] of matchLabelKeys.entries()) checkName(errors, `${field}[${index}]`, key, labelKeyErrors);
  checkNotSelectedTwice(errors, field, matchLabelKeys, labelSelector);
}

/** Keys that have been added to the selector already must not have stood there before. */
function checkNotSelectedTwice(errors: Errors, field: string, keys: readonly string[], labelSelector: Fields): void {
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    if (keys.includes(key) && selected.has(key))
      errors.push(
        invalidValue(`${field}[${keys.indexOf(key)}]`, key, 'exists in both matchLabelKeys and labelSelector'),
      );
    selected.add(key);
  }
}
