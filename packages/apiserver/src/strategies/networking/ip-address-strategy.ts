/** IPAddresses and ServiceCIDRs: which addresses Services have, and from which ranges. */
import {
  cidrErrors,
  dns1123SubdomainErrors,
  invalidValue,
  ipErrors,
  isDualStack,
  type KubeObject,
  pathSegmentErrors,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkRequiredName, checkUnchanged, type Errors, IMMUTABLE } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

/** The name of an IPAddress is the address itself. */
const addressNameErrors = (name: string): string[] =>
  ipErrors('', name).map(({ body }) => body.replace(/^Invalid value: "(?:[^"\\]|\\.)*": /, ''));

function checkAddress(errors: Errors, { spec = {} }: KubeObject): void {
  const { parentRef } = spec;
  if (parentRef === undefined) {
    errors.push(required('spec.parentRef'));
    return;
  }
  if (parentRef.group) checkName(errors, 'spec.parentRef.group', parentRef.group, dns1123SubdomainErrors);
  checkRequiredName(errors, 'spec.parentRef.resource', parentRef.resource, pathSegmentErrors);
  checkRequiredName(errors, 'spec.parentRef.name', parentRef.name, pathSegmentErrors);
  if (parentRef.namespace) checkName(errors, 'spec.parentRef.namespace', parentRef.namespace, pathSegmentErrors);
}

/** The strategy of IPAddresses. */
export const ipAddressStrategy: Strategy = {
  nameErrors: addressNameErrors,
  validate: rules(checkAddress),
  validateUpdate: changeRules((errors, next, old) =>
    checkUnchanged(errors, 'spec.parentRef', next.spec?.parentRef, old.spec?.parentRef),
  ),
};

function checkRanges(errors: Errors, { spec = {} }: KubeObject): void {
  const cidrs: string[] = spec.cidrs ?? [];
  const field = 'spec.cidrs';
  if (cidrs.length === 0) errors.push(required(field, 'at least one CIDR required'));
  if (cidrs.length > 2) {
    errors.push(invalidValue(field, { CIDRs: cidrs }, 'may only hold up to 2 values'));
    return;
  }
  for (const [index, cidr] of cidrs.entries()) errors.push(...cidrErrors(`${field}[${index}]`, cidr));
  if (cidrs.length === 2 && !isDualStack(cidrs))
    errors.push(
      invalidValue(
        field,
        cidrs,
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ),
    );
}

/** A second family may be added; nothing else changes. */
function checkRangeUpdate(errors: Errors, next: KubeObject, old: KubeObject): void {
  const [cidrs, before]: string[][] = [next.spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  if (cidrs === undefined || before === undefined) return;
  const grows = before.length === 1 && cidrs.length === 2;
  if (cidrs.length !== before.length && !grows) {
    errors.push(invalidValue('spec.cidrs', cidrs, IMMUTABLE));
    return;
  }
  for (const [index, cidr] of before.entries())
    if (cidrs[index] !== cidr) errors.push(invalidValue(`spec.cidrs[${index}]`, cidrs[index], IMMUTABLE));
  if (grows) checkRanges(errors, next);
}

/** The strategy of ServiceCIDRs. */
export const serviceCidrStrategy: Strategy = {
  validate: rules(checkRanges),
  validateUpdate: changeRules(checkRangeUpdate),
};
