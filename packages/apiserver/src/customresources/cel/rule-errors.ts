/** What is wrong with the rules of a definition: found when it is created, so that none is ever passed over. */
import { type FieldError, invalidValue, notSupported, required } from '@towtank/apimachinery';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { fieldSchema, itemsOf, type JsonSchema, type ValidationRule, valuesOf } from '../json-schema.ts';
import { withTypeMeta } from './cel-types.ts';
import { compileRule } from './compile-rule.ts';
import { fieldPathSteps } from './field-path.ts';
import type { CelModules } from './load-cel.ts';

const REASONS = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];

interface Place {
  readonly field: string;
  /** Where the values begin that an update cannot match with old ones. */
  readonly uncorrelated: string | undefined;
  readonly modules: CelModules;
}

/** Everything that is wrong with the rules of a schema and of all below it. */
export function ruleErrors(schema: JsonSchema, field: string, modules: CelModules): FieldError[] {
  const errors: Errors = [];
  checkRules(errors, withTypeMeta(schema), { field, uncorrelated: undefined, modules });
  return errors;
}

function checkRules(errors: Errors, schema: JsonSchema, place: Place): void {
  const { field } = place;
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries())
    checkRule(errors, rule, schema, { ...place, field: `${field}.x-kubernetes-validations[${index}]` });
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkRules(errors, property, { ...place, field: `${field}.properties[${name}]` });
  const values = valuesOf(schema);
  if (values !== undefined) checkRules(errors, values, { ...place, field: `${field}.additionalProperties` });
  const items = itemsOf(schema);
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const below = `${field}.items`;
  if (items !== undefined)
    checkRules(errors, items, {
      ...place,
      field: below,
      uncorrelated: place.uncorrelated ?? (isMap ? undefined : below),
    });
}

function checkRule(
  errors: Errors,
  rule: ValidationRule,
  schema: JsonSchema,
  { field, uncorrelated, modules }: Place,
): void {
  const { rule: text = '', message, messageExpression, reason, optionalOldSelf } = rule;
  if (text.trim() === '') {
    errors.push(required(`${field}.rule`, 'rule is not specified'));
    return;
  }
  if (message !== undefined && message.trim() === '' && message !== '')
    errors.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
  else if (message?.includes('\n'))
    errors.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  else if (text.trim().includes('\n') && !message)
    errors.push(required(`${field}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== undefined && messageExpression.trim() === '')
    errors.push(required(`${field}.messageExpression`, 'must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${field}.reason`, reason, REASONS));
  checkFieldPath(errors, rule, schema, field);
  const { compiled, faults } = compileRule(rule, schema, modules);
  for (const fault of faults) errors.push(invalidValue(`${field}.${fault.field}`, internalForm(rule), fault.detail));
  if (compiled === undefined) return;
  if (compiled.usesOldSelf && uncorrelated !== undefined)
    errors.push(
      invalidValue(
        `${field}.rule`,
        internalForm(rule),
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`,
      ),
    );
  if (!compiled.usesOldSelf && optionalOldSelf !== undefined)
    errors.push(
      invalidValue(`${field}.optionalOldSelf`, optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
    );
}

function checkFieldPath(errors: Errors, { fieldPath }: ValidationRule, schema: JsonSchema, field: string): void {
  if (fieldPath === undefined || fieldPath === '') return;
  const steps = fieldPathSteps(fieldPath);
  let at: JsonSchema | undefined = schema;
  for (const step of steps ?? []) at = at === undefined ? undefined : fieldSchema(at, step);
  if (steps === undefined || at === undefined)
    errors.push(
      invalidValue(`${field}.fieldPath`, fieldPath, 'fieldPath must be a valid path: does not refer to a valid field'),
    );
}

/** The rule as the real server prints it: by the names of its own fields. */
const internalForm = (rule: ValidationRule): object => ({
  Rule: rule.rule,
  Message: rule.message ?? '',
  MessageExpression: rule.messageExpression ?? '',
  Reason: rule.reason ?? null,
  FieldPath: rule.fieldPath ?? '',
  OptionalOldSelf: rule.optionalOldSelf ?? null,
});
