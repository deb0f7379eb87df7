/** NetworkPolicies: who may talk to whom. */
import {
  forbiddenField,
  invalidValue,
  type KubeObject,
  legacyCidrErrors,
  notSupported,
  parseCidr,
  rangeCovers,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import {
  checkName,
  checkPort,
  checkSupported,
  type Errors,
  type Fields,
  portNameErrors,
} from '../validation/field-rules.ts';
import { checkLabelSelector, isUsableSelector } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const TYPES = ['Ingress', 'Egress'];

/** What an update may have because the policy had it before: ranges, wherever they stood, and values of selectors. */
interface Allowed {
  readonly ranges: readonly string[];
  readonly anyValue: boolean;
}

const NOTHING: Allowed = { ranges: [], anyValue: false };

function allowedBy({ spec = {} }: KubeObject): Allowed {
  const ranges: string[] = [];
  for (const { from } of spec.ingress ?? []) collectRanges(ranges, from ?? []);
  for (const { to } of spec.egress ?? []) collectRanges(ranges, to ?? []);
  return { ranges, anyValue: !isUsableSelector(spec.podSelector) };
}

function collectRanges(ranges: string[], peers: readonly Fields[]): void {
  for (const { ipBlock } of peers) if (ipBlock !== undefined) ranges.push(ipBlock.cidr, ...(ipBlock.except ?? []));
}

function checkPolicy(errors: Errors, { spec = {} }: KubeObject, allowed: Allowed): void {
  checkLabelSelector(errors, 'spec.podSelector', spec.podSelector, allowed.anyValue);
  for (const [list, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of (spec[list] ?? []).entries())
      checkRule(errors, `spec.${list}[${index}]`, rule, peers, allowed);
  const policyTypes: string[] = spec.policyTypes ?? [];
  if (policyTypes.length > TYPES.length) {
    errors.push(invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes'));
    return;
  }
  for (const [index, type] of policyTypes.entries())
    if (!TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, TYPES));
}

function checkRule(errors: Errors, field: string, rule: Fields, peers: string, allowed: Allowed): void {
  for (const [index, port] of (rule.ports ?? []).entries()) checkPolicyPort(errors, `${field}.ports[${index}]`, port);
  for (const [index, peer] of (rule[peers] ?? []).entries())
    checkPeer(errors, `${field}.${peers}[${index}]`, peer, allowed);
}

function checkPolicyPort(errors: Errors, field: string, { protocol, port, endPort }: Fields): void {
  checkSupported(errors, `${field}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  const refuseEnd = (why: string): void => void errors.push(invalidValue(`${field}.endPort`, endPort, why));
  if (typeof port === 'number') {
    checkPort(errors, `${field}.port`, port);
    if (endPort === undefined) return;
    if (endPort < port) refuseEnd('must be greater than or equal to `port`');
    checkPort(errors, `${field}.endPort`, endPort);
    return;
  }
  if (endPort !== undefined)
    refuseEnd(`may not be specified when \`port\` is ${port === undefined ? 'not specified' : 'non-numeric'}`);
  checkName(errors, `${field}.port`, port, portNameErrors);
}

function checkPeer(errors: Errors, field: string, peer: Fields, { ranges, anyValue }: Allowed): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  checkLabelSelector(errors, `${field}.podSelector`, podSelector, anyValue);
  checkLabelSelector(errors, `${field}.namespaceSelector`, namespaceSelector, anyValue);
  if (ipBlock !== undefined) checkBlock(errors, `${field}.ipBlock`, ipBlock, ranges);
  const others = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined && !others) errors.push(required(field, 'must specify a peer'));
  else if (ipBlock !== undefined && others)
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
}

function checkBlock(errors: Errors, field: string, block: Fields, allowed: readonly string[]): void {
  const { cidr = '', except = [] } = block;
  if (cidr === '') {
    errors.push(required(`${field}.cidr`));
    return;
  }
  if (!allowed.includes(cidr)) errors.push(...legacyCidrErrors(`${field}.cidr`, cidr));
  const range = parseCidr(cidr);
  if (range === undefined) return;
  for (const [index, hole] of except.entries()) {
    const at = `${field}.except[${index}]`;
    if (!allowed.includes(hole)) errors.push(...legacyCidrErrors(at, hole));
    const inner = parseCidr(hole);
    if (inner === undefined) continue;
    if (!rangeCovers(range, inner) || inner.size === range.size)
      errors.push(invalidValue(at, hole, 'must be a strict subset of `cidr`'));
  }
}

/** The strategy of NetworkPolicies. */
export const networkPolicyStrategy: Strategy = {
  validate: rules((errors, policy) => checkPolicy(errors, policy, NOTHING)),
  validateUpdate: changeRules((errors, policy, old) => checkPolicy(errors, policy, allowedBy(old))),
};
