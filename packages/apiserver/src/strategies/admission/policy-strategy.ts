/** ValidatingAdmissionPolicies and their bindings: rules that users write themselves. */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkChoice, checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkMatchConditions, checkMatchResources, checkParameterReference, FAILURE_POLICIES } from './match-rules.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_ANNOTATIONS = 20;
const MAX_EXPRESSION_BYTES = 5 * 1024;
const ACTIONS = ['Audit', 'Deny', 'Warn'];

function checkPolicy(errors: Errors, { metadata, spec = {} }: KubeObject, old?: KubeObject): void {
  const { paramKind, matchConstraints, validations = [], auditAnnotations = [] } = spec;
  checkChoice(errors, 'spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES);
  if (paramKind !== undefined) checkParameterKind(errors, 'spec.paramKind', paramKind);
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    checkMatchResources(errors, 'spec.matchConstraints', matchConstraints);
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  if (!keepsConditions(spec, old?.spec))
    checkMatchConditions(errors, 'spec.matchConditions', spec.matchConditions ?? []);
  for (const [index, variable] of (spec.variables ?? []).entries())
    checkVariable(errors, `spec.variables[${index}]`, variable);
  const why = 'validations or auditAnnotations must contain at least one item';
  if (validations.length === 0 && auditAnnotations.length === 0)
    errors.push(required('spec.validations', why), required('spec.auditAnnotations', why));
  for (const [index, validation] of validations.entries())
    checkValidation(errors, `spec.validations[${index}]`, validation);
  checkAnnotations(errors, 'spec.auditAnnotations', auditAnnotations, metadata.name ?? '');
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

function checkValidation(errors: Errors, field: string, validation: Fields): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(invalidValue(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  if (message !== '' && message.trim() === '')
    errors.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
  else if (/[\n\r]/.test(message.trim()))
    errors.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  checkSupported(errors, `${field}.reason`, reason, REASONS);
}

const shownAnnotation = ({ key = '', valueExpression = '' }: Fields): object => ({
  Key: key,
  ValueExpression: valueExpression,
});

function checkAnnotations(errors: Errors, field: string, annotations: readonly Fields[], policy: string): void {
  if (annotations.length > MAX_ANNOTATIONS)
    errors.push(
      invalidValue(
        field,
        annotations.map(shownAnnotation),
        `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`,
      ),
    );
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression = '' }] of annotations.entries()) {
    const at = `${field}[${index}]`;
    const expression = valueExpression.trim();
    checkName(errors, `${at}.key`, `${policy}/${key}`, labelKeyErrors);
    if (expression === '') errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
    else if (Buffer.byteLength(expression) > MAX_EXPRESSION_BYTES)
      errors.push(required(`${at}.valueExpression`, `must not exceed ${MAX_EXPRESSION_BYTES} bytes in length`));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  }
}

/** The strategy of ValidatingAdmissionPolicies. */
export const admissionPolicyStrategy: Strategy = {
  validate: rules(checkPolicy),
  validateUpdate: changeRules(checkPolicy),
};

function checkBinding(errors: Errors, { spec = {} }: KubeObject): void {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  if (policyName === '') errors.push(required('spec.policyName'));
  else checkName(errors, 'spec.policyName', policyName, dns1123SubdomainErrors);
  checkParameterReference(errors, 'spec.paramRef', paramRef);
  if (matchResources !== undefined) checkMatchResources(errors, 'spec.matchResources', matchResources);
  const field = 'spec.validationActions';
  for (const [index, action] of validationActions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}[${index}]`, action, ACTIONS));
    if (validationActions.indexOf(action) !== index) errors.push(duplicate(`${field}[${index}]`, action));
  }
  if (validationActions.includes('Deny') && validationActions.includes('Warn'))
    errors.push(
      invalidValue(
        field,
        validationActions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  if (validationActions.length === 0) errors.push(required(field, 'at least one validation action is required'));
}

/** The strategy of ValidatingAdmissionPolicyBindings. */
export const policyBindingStrategy: Strategy = {
  validate: rules(checkBinding),
};
