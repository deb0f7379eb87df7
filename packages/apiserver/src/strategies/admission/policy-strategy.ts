/** ValidatingAdmissionPolicies and their bindings: rules that users write themselves. */
import {
  dns1123SubdomainErrors,
  duplicate,
  invalidValue,
  type KubeObject,
  notSupported,
  parseGroupVersion,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkMatchConditions, checkMatchResources, checkParameterReference } from './match-rules.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];

function checkPolicy(errors: Errors, { spec = {} }: KubeObject): void {
  const { failurePolicy, paramKind, matchConstraints, validations = [], auditAnnotations = [] } = spec;
  checkMatchConditions(errors, 'spec.matchConditions', spec.matchConditions ?? []);
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  else checkSupported(errors, 'spec.failurePolicy', failurePolicy, ['Fail', 'Ignore']);
  if (paramKind !== undefined) checkParameterKind(errors, 'spec.paramKind', paramKind);
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    checkMatchResources(errors, 'spec.matchConstraints', matchConstraints);
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  checkVariables(errors, 'spec.variables', spec.variables ?? []);
  const nothing = validations.length === 0 && auditAnnotations.length === 0;
  const why = 'validations or auditAnnotations must contain at least one item';
  if (nothing) errors.push(required('spec.validations', why), required('spec.auditAnnotations', why));
  for (const [index, validation] of validations.entries())
    checkValidation(errors, `spec.validations[${index}]`, validation);
  checkAnnotations(errors, 'spec.auditAnnotations', auditAnnotations);
}

function checkParameterKind(errors: Errors, field: string, { apiVersion = '', kind = '' }: Fields): void {
  if (apiVersion === '') errors.push(required(`${field}.apiVersion`));
  else if (parseGroupVersion(apiVersion).version === '')
    errors.push(invalidValue(`${field}.apiVersion`, apiVersion, 'version must be specified'));
  if (kind === '') errors.push(required(`${field}.kind`));
}

function checkVariables(errors: Errors, field: string, variables: readonly Fields[]): void {
  const names = new Set<string>();
  for (const [index, { name = '', expression = '' }] of variables.entries()) {
    const at = `${field}[${index}]`;
    if (name === '') errors.push(required(`${at}.name`, 'name is required'));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name))
      errors.push(invalidValue(`${at}.name`, name, 'name is not a valid CEL identifier'));
    if (expression.trim() === '') errors.push(required(`${at}.expression`, 'expression is required'));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}

function checkValidation(errors: Errors, field: string, validation: Fields): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
  if (validation.messageExpression !== undefined && messageExpression.trim() === '')
    errors.push(invalidValue(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  if (message !== '') {
    if (message.trim() === '')
      errors.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
    else if (message.includes('\n'))
      errors.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  } else if (expression.includes('\n') && messageExpression === '')
    errors.push(required(`${field}.message`, 'message must be specified if expression contains line breaks'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${field}.reason`, reason, REASONS));
}

function checkAnnotations(errors: Errors, field: string, annotations: readonly Fields[]): void {
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression = '' }] of annotations.entries()) {
    const at = `${field}[${index}]`;
    if (key === '') errors.push(required(`${at}.key`));
    if (valueExpression.trim() === '')
      errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  }
}

/** The strategy of ValidatingAdmissionPolicies. */
export const admissionPolicyStrategy: Strategy = {
  validate: rules(checkPolicy),
};

function checkBinding(errors: Errors, { spec = {} }: KubeObject): void {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  if (policyName === '') errors.push(required('spec.policyName'));
  else checkName(errors, 'spec.policyName', policyName, dns1123SubdomainErrors);
  checkParameterReference(errors, 'spec.paramRef', paramRef);
  if (matchResources !== undefined) checkMatchResources(errors, 'spec.matchResources', matchResources);
  const field = 'spec.validationActions';
  if (validationActions.length === 0) errors.push(required(field, 'at least one validation action is required'));
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
}

/** The strategy of ValidatingAdmissionPolicyBindings. */
export const policyBindingStrategy: Strategy = {
  validate: rules(checkBinding),
  validateUpdate: changeRules((errors, next) => checkBinding(errors, next)),
};
