/** Rules for selectors of nodes: affinity of pods, of volumes, of allowed topologies. */
import {
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  labelValueErrors,
  required,
} from '@towtank/apimachinery';
import { checkName, type Errors, type Fields } from './field-rules.ts';

/** A selector of nodes, with at least one term. */
export function checkNodeSelector(errors: Errors, field: string, selector: Fields): void {
  const terms: Fields[] = selector.nodeSelectorTerms ?? [];
  const at = `${field}.nodeSelectorTerms`;
  if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
  for (const [index, term] of terms.entries()) checkNodeSelectorTerm(errors, `${at}[${index}]`, term, true);
}

/** One term; the values of labels are only looked at where the term is a requirement. */
export function checkNodeSelectorTerm(errors: Errors, field: string, term: Fields, checksValues: boolean): void {
  for (const [index, expression] of (term?.matchExpressions ?? []).entries())
    checkExpression(errors, `${field}.matchExpressions[${index}]`, expression, checksValues);
  for (const [index, expression] of (term?.matchFields ?? []).entries())
    checkFieldExpression(errors, `${field}.matchFields[${index}]`, expression);
}

function checkExpression(errors: Errors, field: string, expression: Fields, checksValues: boolean): void {
  const { key = '', operator = '', values = [] } = expression;
  const at = `${field}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbiddenField(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  checkName(errors, `${field}.key`, key, labelKeyErrors);
  if (checksValues)
    for (const [index, value] of values.entries()) checkName(errors, `${at}[${index}]`, value, labelValueErrors);
}

function checkFieldExpression(errors: Errors, field: string, { key = '', operator = '', values = [] }: Fields): void {
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  else if (values.length !== 1)
    errors.push(
      required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  if (key !== 'metadata.name') errors.push(invalidValue(`${field}.key`, key, 'not a valid field selector key'));
  else
    for (const [index, value] of values.entries())
      checkName(errors, `${field}.values[${index}]`, value, dns1123SubdomainErrors);
}

/** `allowedTopologies` of a storage class. */
export function checkTopologyTerms(errors: Errors, field: string, terms: readonly Fields[]): void {
  const seen: string[] = [];
  for (const [index, term] of terms.entries()) {
    const at = `${field}[${index}]`;
    const keys = new Set<string>();
    for (const [position, { key = '', values: given }] of (term.matchLabelExpressions ?? []).entries()) {
      const values = given ?? [];
      const inside = `${at}.matchLabelExpressions[${position}]`;
      if (values.length === 0) errors.push(required(`${inside}.values`));
      for (const [place, value] of values.entries())
        if (values.indexOf(value) !== place) errors.push(duplicate(`${inside}.values[${place}]`, value));
      checkName(errors, `${inside}.key`, key, labelKeyErrors);
      if (keys.has(key)) errors.push(duplicate(`${inside}.key`, key));
      keys.add(key);
    }
    const text = JSON.stringify(term);
    if (seen.includes(text)) errors.push(duplicate(`${at}.matchLabelExpressions`, ''));
    seen.push(text);
  }
}
