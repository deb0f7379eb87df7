/** Nodes: ranges and identity are given once. */
import {
  cidrErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  isDualStack,
  type KubeObject,
  labelKeyErrors,
  labelValueErrors,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkTaintEffect } from '../pods/affinity-rules.ts';
import { checkName, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkResourceAmount } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const SET_ONCE = 'node updates may not change';

function checkNode(errors: Errors, { spec = {}, status }: KubeObject): void {
  checkTaints(errors, 'metadata.taints', spec.taints ?? []);
  checkAmounts(errors, status);
  const ranges: string[] = spec.podCIDRs ?? [];
  for (const [index, range] of ranges.entries()) errors.push(...cidrErrors(`spec.podCIDRs[${index}]`, range));
  if (ranges.length < 2) return;
  if (!isDualStack(ranges) || ranges.length > 2)
    errors.push(invalidValue('spec.podCIDRs', ranges, 'may specify no more than one CIDR for each IP family'));
  for (const [index, range] of ranges.entries())
    if (ranges.indexOf(range) !== index) errors.push(duplicate(`spec.podCIDRs[${index}]`, range));
}

function checkAmounts(errors: Errors, status: Fields): void {
  for (const part of ['capacity', 'allocatable'])
    for (const [name, amount] of Object.entries((status?.[part] ?? {}) as Record<string, string>))
      checkResourceAmount(errors, `status.${part}.${name}`, name, amount);
}

function checkTaints(errors: Errors, field: string, taints: readonly Fields[]): void {
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const { key = '', value = '', effect = '', timeAdded } = taint;
    const at = `${field}[${index}]`;
    checkName(errors, `${at}.key`, key, labelKeyErrors);
    const messages = labelValueErrors(value);
    if (messages.length > 0) errors.push(invalidValue(`${at}.value`, value, messages.join(';')));
    checkTaintEffect(errors, `${at}.effect`, effect);
    if (seen.has(`${effect}/${key}`)) {
      const { body, ...rest } = duplicate(at, { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null });
      errors.push({ ...rest, body: `${body}: taints must be unique by key and effect pair` });
    }
    seen.add(`${effect}/${key}`);
  }
}

function checkUpdate(errors: Errors, node: KubeObject, old: KubeObject): void {
  checkAmounts(errors, node.status);
  const addresses: Fields[] = node.status?.addresses ?? [];
  for (const [index, { type, address }] of addresses.entries())
    if (addresses.findIndex((other) => other.type === type && other.address === address) !== index)
      errors.push(duplicate(`status.addresses[${index}]`, { Type: type, Address: address }));
  checkRanges(errors, node.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []);
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID)
    errors.push(forbiddenField('spec.providerID', `${SET_ONCE} providerID except from "" to valid`));
  checkTaints(errors, 'metadata.taints', node.spec?.taints ?? []);
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? ''))
    errors.push(forbiddenField('spec.externalID', 'may not be updated'));
}

function checkRanges(errors: Errors, next: readonly string[], old: readonly string[]): void {
  if (old.length === 0) return;
  const refuse = (): void =>
    void errors.push(forbiddenField('spec.podCIDRs', `${SET_ONCE} podCIDR except from "" to valid`));
  if (next.length !== old.length) refuse();
  else for (const [index, range] of old.entries()) if (next[index] !== range) refuse();
}

/** The strategy of Nodes, which register with a status. */
export const nodeStrategy: Strategy = {
  keepsStatusOnCreate: true,
  prepareForUpdate(node) {
    alignRanges(node);
  },
  prepareForCreate: alignRanges,
  validate: rules(checkNode),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: changeRules(checkUpdate),
  warnings: ({ spec }) =>
    [
      spec?.configSource === undefined ? '' : 'spec.configSource: the feature is no longer supported',
      spec?.externalID === undefined ? '' : 'spec.externalID: this field is deprecated, and is unused by Kubernetes',
    ].filter((text) => text !== ''),
};

/** The first range stands in a field of its own too. */
function alignRanges({ spec }: KubeObject): void {
  if (spec === undefined) return;
  const { podCIDR, podCIDRs } = spec;
  if (podCIDR && podCIDRs?.[0] !== podCIDR) spec.podCIDRs = [podCIDR];
  else if (!podCIDR && podCIDRs?.length > 0) spec.podCIDR = podCIDRs[0];
}
