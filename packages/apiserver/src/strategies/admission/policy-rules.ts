/** Rules that policies share, whether they judge objects or change them, and rules that their bindings share. */
import { dns1035LabelErrors, dns1123SubdomainErrors, invalidValue, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { checkChoice, checkRequiredName, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkMatchConditions, checkMatchResources, checkParameterReference, FAILURE_POLICIES } from './match-rules.ts';

/** What a policy is about, and when. */
export function checkPolicySpec(errors: Errors, spec: Fields, old: Fields | undefined): void {
  const { paramKind, matchConstraints } = spec;
  checkChoice(errors, 'spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES);
  if (paramKind !== undefined) checkParameterKind(errors, 'spec.paramKind', paramKind);
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    checkMatchResources(errors, 'spec.matchConstraints', matchConstraints);
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  if (!keepsConditions(spec, old)) checkMatchConditions(errors, 'spec.matchConditions', spec.matchConditions ?? []);
  for (const [index, variable] of (spec.variables ?? []).entries())
    checkVariable(errors, `spec.variables[${index}]`, variable);
}

/** Which policy a binding binds, with what and to what. */
export function checkBindingSpec(errors: Errors, { policyName, paramRef, matchResources }: Fields): void {
  checkRequiredName(errors, 'spec.policyName', policyName, dns1123SubdomainErrors);
  checkParameterReference(errors, 'spec.paramRef', paramRef);
  if (matchResources !== undefined) checkMatchResources(errors, 'spec.matchResources', matchResources);
}

/** Conditions that were there before, about parameters of the same kind, are not looked at again. */
const keepsConditions = (spec: Fields, old: Fields): boolean =>
  old !== undefined && deepEqual(spec.paramKind, old.paramKind) && deepEqual(spec.matchConditions, old.matchConditions);

function checkParameterKind(errors: Errors, field: string, { apiVersion = '', kind = '' }: Fields): void {
  const at = `${field}.apiVersion`;
  const parts: string[] = apiVersion === '/' ? [''] : apiVersion.split('/');
  const [group = '', version = ''] = parts.length === 1 ? ['', ...parts] : parts;
  if (apiVersion === '') errors.push(required(at));
  else if (parts.length > 2) errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    if (group !== '') checkJoined(errors, at, group, dns1123SubdomainErrors(group));
    if (version === '') errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else checkJoined(errors, at, version, dns1035LabelErrors(version));
  }
  if (kind === '') errors.push(required(`${field}.kind`));
  else
    checkJoined(
      errors,
      `${field}.kind`,
      kind,
      dns1035LabelErrors(kind.toLowerCase()),
      'may have mixed case, but should otherwise match: ',
    );
}

/** All that is wrong with a name as one message. */
function checkJoined(errors: Errors, field: string, value: string, messages: readonly string[], start = ''): void {
  if (messages.length > 0) errors.push(invalidValue(field, value, `${start}${messages.join(',')}`));
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function checkVariable(errors: Errors, field: string, { name = '', expression = '' }: Fields): void {
  if (name.trim() === '') errors.push(required(`${field}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name))
    errors.push(invalidValue(`${field}.name`, name, 'name is not a valid CEL identifier'));
  if (expression.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
}
