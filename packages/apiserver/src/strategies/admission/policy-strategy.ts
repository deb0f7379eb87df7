/** ValidatingAdmissionPolicies and their bindings: rules that users write themselves. */
import {
  duplicate,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { expressionErrors, loadCompiler } from './expression-rules.ts';
import { checkBindingSpec, checkPolicySpec } from './policy-rules.ts';
import { unreviewedWarnings } from './unreviewed-warnings.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_ANNOTATIONS = 20;
const MAX_EXPRESSION_BYTES = 5 * 1024;
const ACTIONS = ['Audit', 'Deny', 'Warn'];

function checkPolicy(errors: Errors, policy: KubeObject, old?: KubeObject): void {
  const { metadata, spec = {} } = policy;
  const { validations = [], auditAnnotations = [] } = spec;
  checkPolicySpec(errors, spec, old?.spec);
  const why = 'validations or auditAnnotations must contain at least one item';
  if (validations.length === 0 && auditAnnotations.length === 0)
    errors.push(required('spec.validations', why), required('spec.auditAnnotations', why));
  for (const [index, validation] of validations.entries())
    checkValidation(errors, `spec.validations[${index}]`, validation);
  checkAnnotations(errors, 'spec.auditAnnotations', auditAnnotations, metadata.name ?? '');
  errors.push(...expressionErrors(policy, old));
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
  begin: loadCompiler,
  validate: rules(checkPolicy),
  validateUpdate: changeRules(checkPolicy),
  warnings: ({ spec }) =>
    unreviewedWarnings(spec?.matchConstraints?.resourceRules ?? [], 'spec.matchConstraints.resourceRules'),
};

function checkBinding(errors: Errors, { spec = {} }: KubeObject): void {
  const { validationActions = [] } = spec;
  checkBindingSpec(errors, spec);
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
