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
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { rules } from '../validation/rules.ts';

const TYPES = ['Ingress', 'Egress'];

function checkPolicy(errors: Errors, { spec = {} }: KubeObject): void {
  checkLabelSelector(errors, 'spec.podSelector', spec.podSelector);
  for (const [list, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of (spec[list] ?? []).entries()) checkRule(errors, `spec.${list}[${index}]`, rule, peers);
  const policyTypes: string[] = spec.policyTypes ?? [];
  if (policyTypes.length > TYPES.length) {
    errors.push(invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes'));
    return;
  }
  for (const [index, type] of policyTypes.entries())
    if (!TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, TYPES));
}

function checkRule(errors: Errors, field: string, rule: Fields, peers: string): void {
  for (const [index, port] of (rule.ports ?? []).entries()) checkPolicyPort(errors, `${field}.ports[${index}]`, port);
  for (const [index, peer] of (rule[peers] ?? []).entries()) checkPeer(errors, `${field}.${peers}[${index}]`, peer);
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

function checkPeer(errors: Errors, field: string, { podSelector, namespaceSelector, ipBlock }: Fields): void {
  checkLabelSelector(errors, `${field}.podSelector`, podSelector);
  checkLabelSelector(errors, `${field}.namespaceSelector`, namespaceSelector);
  if (ipBlock !== undefined) checkBlock(errors, `${field}.ipBlock`, ipBlock);
  const others = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined && !others) errors.push(required(field, 'must specify a peer'));
  else if (ipBlock !== undefined && others)
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
}

function checkBlock(errors: Errors, field: string, { cidr = '', except = [] }: Fields): void {
  if (cidr === '') {
    errors.push(required(`${field}.cidr`));
    return;
  }
  errors.push(...legacyCidrErrors(`${field}.cidr`, cidr));
  const range = parseCidr(cidr);
  if (range === undefined) return;
  for (const [index, hole] of except.entries()) {
    const at = `${field}.except[${index}]`;
    errors.push(...legacyCidrErrors(at, hole));
    const inner = parseCidr(hole);
    if (inner === undefined) continue;
    if (!rangeCovers(range, inner) || inner.size === range.size)
      errors.push(invalidValue(at, hole, 'must be a strict subset of `cidr`'));
  }
}

/** The strategy of NetworkPolicies. */
export const networkPolicyStrategy: Strategy = { validate: rules(checkPolicy) };
