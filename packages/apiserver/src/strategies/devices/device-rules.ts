/** Rules for what claims, classes and slices all say of devices. */
import {
  dns1123SubdomainErrors,
  duplicate,
  invalidValue,
  labelKeyErrors,
  labelValueErrors,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '@towtank/apimachinery';
import { checkDriverName } from '../pods/volume-sources.ts';
import { checkName, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';

const MAX_POOL = 253;
const MAX_IDENTIFIER = 32;
const MAX_SELECTORS = 32;
const MAX_EXPRESSION_BYTES = 10 * 1024;
const MAX_PARAMETER_BYTES = 10 * 1024;
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const WHOLE_IDENTIFIER = new RegExp(`^${IDENTIFIER}$`);

/** What looks at one item of a list. */
export type ItemRule<T> = (errors: Errors, field: string, item: T) => void;

/** A list of limited length; nothing is said of the items of one that is too long. Answers whether it is not. */
export function checkList<T>(
  errors: Errors,
  field: string,
  items: readonly T[] | null | undefined,
  max: number,
  rule: ItemRule<T>,
): boolean {
  if (!items) return true;
  if (items.length > max) errors.push(tooMany(field, items.length, max));
  else for (const [index, item] of items.entries()) rule(errors, `${field}[${index}]`, item);
  return items.length <= max;
}

/** A list of limited length, none of whose items has the key of another. */
export function checkSet<T>(
  errors: Errors,
  field: string,
  items: readonly T[] | null | undefined,
  max: number,
  rule: ItemRule<T>,
  keyOf: (item: T) => string,
): void {
  if (!items || !checkList(errors, field, items, max, rule)) return;
  const keys = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    if (keys.has(key)) errors.push(duplicate(`${field}[${index}]`, key));
    keys.add(key);
  }
}

/** Pools have names of parts. */
export function checkPoolName(errors: Errors, field: string, name = ''): void {
  if (name === '') errors.push(required(field));
  else {
    if (name.length > MAX_POOL) errors.push(tooLong(field, MAX_POOL));
    for (const part of name.split('/')) checkName(errors, field, part, dns1123SubdomainErrors);
  }
}

/** An identifier, with the domain of who defined it or without. */
export function checkQualifiedName(errors: Errors, field: string, name: string): void {
  const parts = name.split('/');
  const [domain = '', id = ''] = parts;
  if (parts.length === 1) checkIdentifier(errors, field, domain);
  if (parts.length !== 2) return;
  if (domain === '') errors.push(invalidValue(field, '', 'the domain must not be empty'));
  else checkDriverName(errors, field, domain);
  if (id === '') errors.push(invalidValue(field, '', 'the name must not be empty'));
  else checkIdentifier(errors, field, id);
}

function checkIdentifier(errors: Errors, field: string, id: string): void {
  if (id.length > MAX_IDENTIFIER) errors.push(tooLong(field, MAX_IDENTIFIER));
  if (!WHOLE_IDENTIFIER.test(id))
    errors.push(
      invalidValue(
        field,
        id,
        `a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '${IDENTIFIER}')`,
      ),
    );
}

/** Selectors of devices. Their expressions are not compiled. */
export const checkSelectors = (errors: Errors, field: string, selectors: readonly Fields[] | undefined): void =>
  void checkList(errors, field, selectors, MAX_SELECTORS, (found, at, { cel }) => {
    if (cel === undefined) found.push(required(`${at}.cel`));
    else if (!cel.expression) found.push(required(`${at}.cel.expression`));
    else if (Buffer.byteLength(cel.expression) > MAX_EXPRESSION_BYTES)
      found.push(tooLong(`${at}.cel.expression`, MAX_EXPRESSION_BYTES));
  });

/** What a driver is told, in its own words. Sizes of what was stored before are not looked at again. */
export function checkConfiguration(errors: Errors, field: string, { opaque }: Fields, isStored = false): void {
  if (opaque === undefined) {
    errors.push(required(`${field}.opaque`));
    return;
  }
  checkDriverName(errors, `${field}.opaque.driver`, opaque.driver);
  const { parameters } = opaque;
  const at = `${field}.opaque.parameters`;
  if (parameters === undefined || parameters === null) errors.push(required(at));
  else if (!isStored && Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETER_BYTES)
    errors.push(tooLong(at, MAX_PARAMETER_BYTES));
  else if (typeof parameters !== 'object' || Array.isArray(parameters))
    errors.push(invalidValue(at, '<value omitted>', 'must be a valid JSON object'));
}

/** A taint of a device. */
export function checkTaint(errors: Errors, field: string, { key = '', value = '', effect = '' }: Fields): void {
  checkName(errors, `${field}.key`, key, labelKeyErrors);
  if (value !== '') checkName(errors, `${field}.value`, value, labelValueErrors);
  if (effect === '') errors.push(required(`${field}.effect`));
  else checkSupported(errors, `${field}.effect`, effect, EFFECTS);
}

/** A taint that a claim bears. */
export function checkDeviceToleration(errors: Errors, field: string, toleration: Fields): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (key !== '') checkName(errors, `${field}.key`, key, labelKeyErrors);
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalidValue(`${field}.value`, value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') checkName(errors, `${field}.value`, value, labelValueErrors);
  else if (operator === '') errors.push(required(`${field}.operator`));
  else errors.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '') checkSupported(errors, `${field}.effect`, effect, EFFECTS);
}
