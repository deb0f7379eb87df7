/** Rules for label selectors in their object form. */
import {
  type FieldError,
  forbiddenField,
  invalidValue,
  type LabelSelector,
  type Labels,
  labelKeyErrors,
  labelValueErrors,
  required,
  selects,
} from '@towtank/apimachinery';
import { checkLabels, checkName, type Errors, type Fields } from './field-rules.ts';

/**
 * A selector, where there is one, is well formed. Where objects with bad values in the requirements of theirs have been
 * taken before, their updates may take any value.
 */
export function checkLabelSelector(
  errors: Errors,
  field: string,
  selector: LabelSelector | undefined,
  takesAnyValue = false,
): void {
  if (selector === undefined || selector === null) return;
  checkLabels(errors, `${field}.matchLabels`, selector.matchLabels);
  for (const [index, expression] of (selector.matchExpressions ?? []).entries())
    checkRequirement(errors, `${field}.matchExpressions[${index}]`, expression, takesAnyValue);
}

/** Whether a requirement of a selector has a value that no label has. */
export const hasBadSelectorValue = (selector: LabelSelector | undefined): boolean =>
  (selector?.matchExpressions ?? []).some(({ values }) =>
    (values ?? []).some((value) => labelValueErrors(value).length > 0),
  );

function checkRequirement(
  errors: Errors,
  field: string,
  { key = '', operator = '', values = [] }: Fields,
  takesAnyValue: boolean,
): void {
  errors.push(...operatorErrors(field, operator, values));
  checkName(errors, `${field}.key`, key, labelKeyErrors);
  if (takesAnyValue) return;
  for (const [index, value] of values.entries())
    checkName(errors, `${field}.values[${index}]`, value, labelValueErrors);
}

function operatorErrors(field: string, operator: string, values: readonly string[]): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}

/** Whether a selector has no requirement at all. */
export const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

/** Whether requirements can be made of a selector: all operators are known and have the values they need. */
export const isUsableSelector = (selector: LabelSelector): boolean => {
  const errors: Errors = [];
  checkLabelSelector(errors, '', selector);
  return errors.length === 0;
};

/** Whether a selector selects labels; no selector selects nothing. */
export const selectorMatches = (selector: LabelSelector | undefined, labels: Labels): boolean =>
  selects(selector, labels);
