/** LimitRanges: the least, the most and the default of each thing. */
import {
  compareQuantities,
  duplicate,
  forbiddenField,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  parseQuantity,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, type Errors, type Fields } from '../validation/field-rules.ts';
import { mayOvercommit } from '../validation/resource-names.ts';
import { amountText, checkContainerResourceName, checkResourceName } from '../validation/resource-rules.ts';
import { rules } from '../validation/rules.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const PARTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Each rule: the field that is blamed, the two that are compared, whose value is shown, and how it reads. */
const ORDERS: readonly (readonly [blamed: string, low: string, high: string, shown: string, text: string])[] = [
  ['min', 'min', 'max', 'min', 'min value L is greater than max value H'],
  ['defaultRequest', 'min', 'defaultRequest', 'defaultRequest', 'min value L is greater than default request value H'],
  ['defaultRequest', 'defaultRequest', 'max', 'defaultRequest', 'default request value L is greater than max value H'],
  [
    'defaultRequest',
    'defaultRequest',
    'default',
    'defaultRequest',
    'default request value L is greater than default limit value H',
  ],
  ['default', 'min', 'default', 'min', 'min value L is greater than default value H'],
  ['default', 'default', 'max', 'max', 'default value L is greater than max value H'],
];

function checkRange(errors: Errors, { spec = {} }: KubeObject): void {
  const seen = new Set<string>();
  for (const [index, limit] of (spec.limits ?? []).entries()) {
    const field = `spec.limits[${index}]`;
    const { type = '' } = limit;
    checkType(errors, `${field}.type`, type);
    if (seen.has(type)) errors.push(duplicate(`${field}.type`, type));
    seen.add(type);
    for (const part of PARTS) checkPart(errors, field, part, limit);
    const compared = type === 'Pod' ? { ...limit, default: undefined, defaultRequest: undefined } : limit;
    for (const name of new Set(PARTS.flatMap((part) => Object.keys(compared[part] ?? {}))))
      checkOrders(errors, field, compared, name);
  }
}

function checkType(errors: Errors, field: string, type: string): void {
  const before = errors.length;
  checkName(errors, field, type, labelKeyErrors);
  if (errors.length === before && !type.includes('/') && !TYPES.includes(type))
    errors.push(invalidValue(field, type, 'must be a standard limit type or fully qualified'));
}

function checkPart(errors: Errors, field: string, part: (typeof PARTS)[number], limit: Fields): void {
  const { type, [part]: amounts = {} } = limit;
  const names = Object.keys(amounts);
  if (type === 'Pod' && (part === 'default' || part === 'defaultRequest')) {
    if (names.length > 0) errors.push(forbiddenField(`${field}.${part}`, "may not be specified when `type` is 'Pod'"));
    return;
  }
  if (part === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim' && !limit.min?.storage && !limit.max?.storage)
    errors.push(
      required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided'),
    );
  const check = type === 'Pod' || type === 'Container' ? checkContainerResourceName : checkResourceName;
  for (const name of names) check(errors, `${field}.${part}[${name}]`, name);
}

function checkOrders(errors: Errors, field: string, limit: Fields, name: string): void {
  for (const [blamed, low, high, shown, text] of ORDERS) {
    const [below, above] = [limit[low]?.[name], limit[high]?.[name]];
    if (below === undefined || above === undefined || compareQuantities(below, above) <= 0) continue;
    const message = text.replace(' L ', ` ${amountText(below)} `).replace(/ H$/, ` ${amountText(above)}`);
    errors.push(invalidValue(`${field}.${blamed}[${name}]`, amountText(limit[shown][name]), message));
  }
  checkRatio(errors, `${field}.maxLimitRequestRatio[${name}]`, limit, name);
  const [ofLimit, ofRequest] = [limit.default?.[name], limit.defaultRequest?.[name]];
  if (mayOvercommit(name) || ofLimit === undefined || ofRequest === undefined) return;
  if (compareQuantities(ofLimit, ofRequest) !== 0)
    errors.push(
      invalidValue(
        `${field}.defaultRequest[${name}]`,
        amountText(ofRequest),
        `default value ${amountText(ofLimit)} must equal to defaultRequest value ${amountText(ofRequest)} in ${name}`,
      ),
    );
}

function checkRatio(errors: Errors, field: string, limit: Fields, name: string): void {
  const ratio = limit.maxLimitRequestRatio?.[name];
  if (ratio === undefined) return;
  const shown = amountText(ratio);
  if (compareQuantities(ratio, '1') < 0) errors.push(invalidValue(field, shown, `ratio ${shown} is less than 1`));
  const [low, high] = [numberOf(limit.min?.[name]), numberOf(limit.max?.[name])];
  if (low === undefined || high === undefined) return;
  if ((numberOf(ratio) ?? 0) > high / low)
    errors.push(invalidValue(field, shown, `ratio ${shown} is greater than max/min = ${(high / low).toFixed(6)}`));
}

const numberOf = (amount: string | undefined): number | undefined =>
  amount === undefined ? undefined : Number(parseQuantity(amount)?.nano ?? 0n) / 1e9;

/** The strategy of LimitRanges. */
export const limitRangeStrategy: Strategy = {
  allowCreateOnUpdate: true,
  metadataRulesOfUpdate: ['create'],
  validate: rules(checkRange),
};
