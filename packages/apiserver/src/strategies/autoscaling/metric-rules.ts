/** Rules for the metrics that an autoscaler follows. */
import {
  compareQuantities,
  dns1123LabelErrors,
  forbiddenField,
  invalidValue,
  notSupported,
  pathSegmentErrors,
  required,
} from '@towtank/apimachinery';
import { checkName, checkRequiredName, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkContainerResourceName } from '../validation/resource-rules.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGETS = ['Utilization', 'Value', 'AverageValue'];

type Source = readonly [field: string, check: (errors: Errors, field: string, value: Fields) => void];

/** In the order in which Kubernetes looks at them; only the first is looked into. */
const SOURCES: readonly Source[] = [
  ['object', checkObject],
  ['external', checkExternal],
  ['pods', checkPods],
  ['resource', checkResource],
  ['containerResource', checkContainerResource],
];

/** A reference to an object of whichever version. What a group says is only asked for where one must be given. */
export function checkTarget(errors: Errors, field: string, target: Fields, grouped: boolean): void {
  const { kind, name, apiVersion = '' } = target;
  checkRequiredName(errors, `${field}.kind`, kind, pathSegmentErrors);
  checkRequiredName(errors, `${field}.name`, name, pathSegmentErrors);
  const problem = groupProblem(apiVersion, grouped);
  if (problem !== undefined) errors.push(invalidValue(`${field}.apiVersion`, apiVersion, problem));
}

/** What is wrong with a version that names its group, or may leave that out. */
export function groupProblem(apiVersion: string, grouped: boolean): string | undefined {
  const slash = apiVersion.indexOf('/');
  if (slash !== apiVersion.lastIndexOf('/')) return `unexpected GroupVersion string: ${apiVersion}`;
  return grouped && slash <= 0 ? 'apiVersion must specify API group' : undefined;
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
  const expected = `${type[0]?.toLowerCase()}${type.slice(1)}`;
  if (!TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, TYPES));
  else if (metric[expected] === undefined)
    errors.push(required(`${field}.${expected}`, 'must populate information for the given metric source'));
  if (present.length === 1) return;
  for (const [name] of present)
    if (name !== expected)
      errors.push(forbiddenField(`${field}.${name}`, 'must populate the given metric source only'));
}

function checkObject(errors: Errors, field: string, { describedObject = {}, metric = {}, target = {} }: Fields): void {
  checkTarget(errors, `${field}.describedObject`, describedObject, false);
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (target.value === undefined && target.averageValue === undefined)
    errors.push(required(`${field}.target.averageValue`, 'must set either a target value or averageValue'));
}

function checkExternal(errors: Errors, field: string, { metric = {}, target = {} }: Fields): void {
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (target.value === undefined && target.averageValue === undefined)
    errors.push(
      required(`${field}.target.averageValue`, 'must set either a target value for metric or a per-pod target'),
    );
  if (target.value !== undefined && target.averageValue !== undefined)
    errors.push(
      forbiddenField(`${field}.target.value`, 'may not set both a target value for metric and a per-pod target'),
    );
}

function checkPods(errors: Errors, field: string, { metric = {}, target = {} }: Fields): void {
  checkIdentifier(errors, `${field}.metric`, metric);
  checkMetricTarget(errors, `${field}.target`, target);
  if (target.averageValue === undefined)
    errors.push(required(`${field}.target.averageValue`, 'must specify a positive target averageValue'));
}

function checkResource(errors: Errors, field: string, { name, target = {} }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'must specify a resource name'));
  checkResourceTarget(errors, `${field}.target`, target);
}

function checkContainerResource(errors: Errors, field: string, { name, container, target = {} }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'must specify a resource name'));
  else checkContainerResourceName(errors, `${field}.name`, name);
  if (!container) errors.push(required(`${field}.container`, 'must specify a container'));
  else checkName(errors, `${field}.container`, container, dns1123LabelErrors);
  checkResourceTarget(errors, `${field}.target`, target);
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
  checkPositive(errors, `${field}.value`, value);
  checkPositive(errors, `${field}.averageValue`, averageValue);
  if (averageUtilization < 1)
    errors.push(invalidValue(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'));
}

function checkPositive(errors: Errors, field: string, amount: string | undefined): void {
  if (amount !== undefined && compareQuantities(amount, '0') <= 0)
    errors.push(invalidValue(field, amount, 'must be positive'));
}

/** Selectors of metrics are for whoever serves them to judge. */
function checkIdentifier(errors: Errors, field: string, { name }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'must specify a metric name'));
  else checkName(errors, `${field}.name`, name, pathSegmentErrors);
}
