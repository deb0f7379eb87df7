/** Rules for the metrics that an autoscaler follows. */
import { compareQuantities, forbiddenField, invalidValue, notSupported, required } from '@towtank/apimachinery';
import { checkRequiredName, type Errors, type Fields, pathSegmentErrors } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGETS = ['Utilization', 'Value', 'AverageValue'];
const ONE_TARGET = 'must set either a target value for metric or a per-pod target';

type Source = readonly [field: string, check: (errors: Errors, field: string, value: Fields) => void];

/** In the order in which Kubernetes looks at them; only the first is looked into. */
const SOURCES: readonly Source[] = [
  ['object', checkObject],
  ['external', checkExternal],
  ['pods', checkPods],
  ['resource', checkResource],
  ['containerResource', checkContainerResource],
];

/** A reference to an object of whichever version. */
export function checkTarget(errors: Errors, field: string, { kind, name }: Fields): void {
  checkRequiredName(errors, `${field}.kind`, kind, pathSegmentErrors);
  checkRequiredName(errors, `${field}.name`, name, pathSegmentErrors);
}

/** `metrics` of an autoscaler. */
export function checkMetrics(errors: Errors, field: string, metrics: readonly Fields[]): void {
  for (const [index, metric] of metrics.entries()) checkMetric(errors, `${field}[${index}]`, metric);
}

function checkMetric(errors: Errors, field: string, metric: Fields): void {
  const { type = '' } = metric;
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric source type'));
  if (!TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, TYPES));
  const present = SOURCES.filter(([name]) => metric[name] !== undefined);
  const [first] = present;
  if (first !== undefined) first[1](errors, `${field}.${first[0]}`, metric[first[0]]);
  const expected = type === '' ? '' : `${type[0]?.toLowerCase()}${type.slice(1)}`;
  if (!present.some(([name]) => name === expected))
    errors.push(required(`${field}.${expected}`, 'must populate information for the given metric source'));
  if (present.length === 1) return;
  for (const [name] of present)
    if (name !== expected)
      errors.push(forbiddenField(`${field}.${name}`, 'must populate the given metric source only'));
}

function checkObject(errors: Errors, field: string, { describedObject = {}, metric = {}, target = {} }: Fields): void {
  checkTarget(errors, `${field}.describedObject`, describedObject);
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (target.value === undefined && target.averageValue === undefined)
    errors.push(required(`${field}.target.averageValue`, ONE_TARGET));
}

function checkExternal(errors: Errors, field: string, { metric = {}, target = {} }: Fields): void {
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (target.value === undefined && target.averageValue === undefined)
    errors.push(required(`${field}.target.averageValue`, ONE_TARGET));
  if (target.value !== undefined && target.averageValue !== undefined)
    errors.push(
      forbiddenField(`${field}.target.value`, 'may not set both a target value for metric and a per-pod target'),
    );
}

function checkPods(errors: Errors, field: string, { metric = {}, target = {} }: Fields): void {
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (compareQuantities(target.averageValue ?? '0', '0') <= 0)
    errors.push(required(`${field}.target.averageValue`, 'must specify a positive target averageValue'));
}

function checkResource(errors: Errors, field: string, { name, target = {} }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'must specify a resource name'));
  checkResourceTarget(errors, `${field}.target`, target);
}

function checkContainerResource(errors: Errors, field: string, source: Fields): void {
  if (!source.name) errors.push(required(`${field}.name`, 'must specify a resource name'));
  if (!source.container) errors.push(required(`${field}.container`, 'must specify a container'));
  checkResourceTarget(errors, `${field}.target`, source.target ?? {});
}

function checkResourceTarget(errors: Errors, field: string, target: Fields): void {
  checkMetricTarget(errors, field, target);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(required(`${field}.averageUtilization`, 'must set either a target raw value or a target utilization'));
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(
      forbiddenField(`${field}.averageValue`, 'may not set both a target raw value and a target utilization'),
    );
}

function checkMetricTarget(errors: Errors, field: string, target: Fields): void {
  const { type = '', averageUtilization, value, averageValue } = target;
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!TARGETS.includes(type))
    errors.push(invalidValue(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const [name, amount] of Object.entries({ value, averageValue }))
    if (amount !== undefined && compareQuantities(amount, '0') <= 0)
      errors.push(invalidValue(`${field}.${name}`, amount, 'must be positive'));
  if (averageUtilization < 1)
    errors.push(invalidValue(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'));
}

function checkIdentifier(errors: Errors, field: string, { name, selector }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'must specify a metric name'));
  else checkRequiredName(errors, `${field}.name`, name, pathSegmentErrors);
  checkLabelSelector(errors, `${field}.selector`, selector);
}
