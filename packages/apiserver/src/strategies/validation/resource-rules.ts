/** Rules for the names of resources and for amounts of them. */
import {
  compareQuantities,
  dns1123LabelErrors,
  duplicate,
  forbiddenField,
  formatQuantity,
  invalidValue,
  labelKeyErrors,
  notFoundField,
  notSupported,
  parseQuantity,
  required,
} from '@towtank/apimachinery';
import { checkName, type Errors, type Fields, NEGATIVE } from './field-rules.ts';
import {
  isContainerResource,
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isQuotaResource,
  isStandardResource,
  mayOvercommit,
} from './resource-names.ts';

const MILLI = 1_000_000n;

/** An amount as Kubernetes prints it. */
export function amountText(amount: string | number | undefined): string {
  const quantity = parseQuantity(amount ?? '0');
  return quantity === undefined ? String(amount) : formatQuantity(quantity);
}

/** Whether an amount is a whole number. */
export const isWhole = (amount: string | number): boolean =>
  ((parseQuantity(amount)?.nano ?? 0n) / MILLI) % 1000n === 0n;

/** An amount is not negative. */
export function checkAmount(errors: Errors, field: string, amount: string | number): void {
  if (compareQuantities(amount, '0') < 0) errors.push(invalidValue(field, amountText(amount), NEGATIVE));
}

/** An amount is above zero. */
export function checkPositiveAmount(errors: Errors, field: string, amount: string | number): void {
  if (compareQuantities(amount, '0') <= 0)
    errors.push(invalidValue(field, amountText(amount), 'must be greater than zero'));
}

/** An amount suits its resource: not negative, and whole where the resource is counted. */
export function checkResourceAmount(errors: Errors, field: string, name: string, amount: string | number): void {
  checkAmount(errors, field, amount);
  if (isIntegerResource(name) && !isWhole(amount))
    errors.push(invalidValue(field, amountText(amount), 'must be an integer'));
}

/** The name of any resource. Answers whether it is one. */
export function checkResourceName(errors: Errors, field: string, name: string): boolean {
  const before = errors.length;
  checkName(errors, field, name, labelKeyErrors);
  if (errors.length === before && !name.includes('/') && !isStandardResource(name))
    errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
  return errors.length === before;
}

/** The name of a resource that containers use. */
export function checkContainerResourceName(errors: Errors, field: string, name: string): void {
  checkResourceName(errors, field, name);
  if (!name.includes('/')) {
    if (!isContainerResource(name))
      errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name))
    errors.push(invalidValue(field, name, "doesn't follow extended resource name standard"));
}

/** The name of a resource that a whole pod may ask for. */
export function checkPodResourceName(errors: Errors, field: string, name: string): void {
  if (!checkResourceName(errors, field, name)) return;
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name))
    errors.push(notSupported(field, name, ['cpu', 'hugepages-', 'memory']));
}

/** The name of a resource that a quota may limit. */
export function checkQuotaResourceName(errors: Errors, field: string, name: string): void {
  checkResourceName(errors, field, name);
  if (!name.includes('/') && !isQuotaResource(name))
    errors.push(invalidValue(field, name, 'must be a standard resource for quota'));
}

/** How the names of a requirement's resources are checked. */
export type ResourceNameRule = (errors: Errors, field: string, name: string) => void;

/** `resources` of a container or a pod; `claims` are the names of the pod's resource claims. */
export function checkResources(
  errors: Errors,
  field: string,
  resources: Fields,
  claims: readonly string[],
  checkEachName: ResourceNameRule = checkContainerResourceName,
): void {
  if (resources === undefined) return;
  const { limits = {}, requests = {} } = resources;
  for (const name in limits) {
    checkEachName(errors, `${field}.limits[${name}]`, name);
    checkResourceAmount(errors, `${field}.limits[${name}]`, name, limits[name]);
    checkHugePages(errors, `${field}.limits[${name}]`, name, limits[name]);
  }
  for (const name in requests) {
    checkEachName(errors, `${field}.requests[${name}]`, name);
    checkResourceAmount(errors, `${field}.requests[${name}]`, name, requests[name]);
    checkAgainstLimit(errors, field, name, requests[name], limits[name]);
    checkHugePages(errors, `${field}.requests[${name}]`, name, requests[name]);
  }
  if (namesHugePages(limits) || namesHugePages(requests)) {
    const has = (name: string): boolean => limits[name] !== undefined || requests[name] !== undefined;
    if (!has('cpu') && !has('memory')) errors.push(forbiddenField(field, 'HugePages require cpu or memory'));
  }
  checkClaims(errors, `${field}.claims`, resources.claims ?? [], claims);
}

function namesHugePages(amounts: Fields): boolean {
  for (const name in amounts) if (isHugePages(name)) return true;
  return false;
}

function checkAgainstLimit(errors: Errors, field: string, name: string, request: string, limit?: string): void {
  const overcommits = mayOvercommit(name);
  if (limit === undefined) {
    if (!overcommits) errors.push(required(`${field}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const difference = compareQuantities(request, limit);
  const refuse = (relation: string): void =>
    void errors.push(
      invalidValue(
        `${field}.requests`,
        amountText(request),
        `must be ${relation} ${name} limit of ${amountText(limit)}`,
      ),
    );
  if (difference !== 0 && !overcommits) refuse('equal to');
  else if (difference > 0) refuse('less than or equal to');
}

function checkHugePages(errors: Errors, field: string, name: string, amount: string): void {
  if (!isHugePages(name)) return;
  const page = parseQuantity(name.slice('hugepages-'.length))?.nano ?? 0n;
  const total = parseQuantity(amount)?.nano ?? 0n;
  if (page <= 0n || total < 0n || total % page !== 0n)
    errors.push(
      invalidValue(field, amountText(amount), `${amountText(amount)} is not positive integer multiple of ${name}`),
    );
}

function checkClaims(errors: Errors, field: string, used: readonly Fields[], claims: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, { name = '', request = '' }] of used.entries()) {
    const at = `${field}[${index}]`;
    if (name === '') {
      errors.push(required(at));
      continue;
    }
    const key = request === '' ? name : `${name}/${request}`;
    if (request !== '') checkName(errors, `${at}.request`, request, dns1123LabelErrors);
    if (seen.has(name) || seen.has(key)) errors.push(duplicate(at, seen.has(name) ? name : key));
    seen.add(key);
    if (claims.includes(name)) continue;
    const { body, ...rest } = notFoundField(at, name);
    const others = claims.length === 0 ? ' which is empty' : `: ${[...claims].sort().join(', ')}`;
    errors.push({ ...rest, body: `${body}: must be one of the names in pod.spec.resourceClaims${others}` });
  }
}
