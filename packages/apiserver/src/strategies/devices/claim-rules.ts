/** Rules for what a claim asks of devices, also where it stands in a template. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  invalidValue,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { checkName, checkRequiredName, type Errors, type Fields } from '../validation/field-rules.ts';
import {
  checkConfiguration,
  checkDeviceToleration,
  checkList,
  checkQualifiedName,
  checkSelectors,
  checkSet,
} from './device-rules.ts';

const MAX_REQUESTS = 32;
const MAX_ALTERNATIVES = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGURATIONS = 32;
const ONE_OF = 'exactly one of `exactly` or `firstAvailable` is required';

/** The names by which the parts of a claim may be meant: of requests, and of their alternatives behind a slash. */
export function requestNames(devices: Fields = {}): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name, firstAvailable = [] } of devices.requests ?? []) {
    names.add(name);
    for (const alternative of firstAvailable) names.add(`${name}/${alternative.name}`);
  }
  return names;
}

/** `devices` of a claim. */
export function checkClaimDevices(errors: Errors, field: string, devices: Fields = {}): void {
  const names = requestNames(devices);
  const nameOf = ({ name = '' }: Fields): string => name;
  checkSet(errors, `${field}.requests`, devices.requests as Fields[], MAX_REQUESTS, checkRequest, nameOf);
  checkList(errors, `${field}.constraints`, devices.constraints as Fields[], MAX_CONSTRAINTS, (found, at, constraint) =>
    checkConstraint(found, at, constraint, names),
  );
  checkList(errors, `${field}.config`, devices.config as Fields[], MAX_CONFIGURATIONS, (found, at, config) => {
    checkReferences(found, `${at}.requests`, config.requests, names);
    checkConfiguration(found, at, config);
  });
}

function checkRequest(errors: Errors, field: string, request: Fields): void {
  const { name = '', exactly, firstAvailable = [] } = request;
  checkName(errors, `${field}.name`, name, dns1123LabelErrors);
  if (exactly === undefined && firstAvailable.length === 0) errors.push(required(field, ONE_OF));
  else if (exactly !== undefined && firstAvailable.length > 0)
    errors.push(invalidValue(field, null, `${ONE_OF}, but multiple fields are set`));
  else if (exactly !== undefined) checkWanted(errors, `${field}.exactly`, exactly);
  else
    checkSet(
      errors,
      `${field}.firstAvailable`,
      firstAvailable as Fields[],
      MAX_ALTERNATIVES,
      (found, at, alternative) => {
        checkName(found, `${at}.name`, alternative.name ?? '', dns1123LabelErrors);
        checkWanted(found, at, alternative);
      },
      (alternative) => alternative.name ?? '',
    );
}

function checkWanted(errors: Errors, field: string, wanted: Fields): void {
  const { deviceClassName, selectors, allocationMode = '', count = 0, tolerations = [] } = wanted;
  checkRequiredName(errors, `${field}.deviceClassName`, deviceClassName, dns1123SubdomainErrors);
  checkSelectors(errors, `${field}.selectors`, selectors);
  const refuse = (why: string): void => void errors.push(invalidValue(`${field}.count`, count, why));
  if (allocationMode === 'All') {
    if (count !== 0) refuse("must not be specified when allocationMode is 'All'");
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) refuse('must be greater than zero');
  } else errors.push(notSupported(`${field}.allocationMode`, allocationMode, ['All', 'ExactCount']));
  for (const [index, toleration] of tolerations.entries())
    checkDeviceToleration(errors, `${field}.tolerations[${index}]`, toleration);
}

function checkConstraint(errors: Errors, field: string, constraint: Fields, names: ReadonlySet<string>): void {
  const { requests, matchAttribute, distinctAttribute } = constraint;
  checkReferences(errors, `${field}.requests`, requests, names);
  if (matchAttribute !== undefined) checkAttribute(errors, `${field}.matchAttribute`, matchAttribute);
  else if (distinctAttribute !== undefined) checkAttribute(errors, `${field}.distinctAttribute`, distinctAttribute);
  else
    errors.push(
      required(
        field,
        'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      ),
    );
}

function checkAttribute(errors: Errors, field: string, name: string): void {
  checkQualifiedName(errors, field, name);
  if (!name.includes('/'))
    errors.push(invalidValue(field, name, 'a fully qualified name must be a domain and a name separated by a slash'));
}

/** Names of requests of the claim. */
export const checkReferences = (
  errors: Errors,
  field: string,
  references: readonly string[] | undefined,
  names: ReadonlySet<string>,
): void =>
  checkSet(
    errors,
    field,
    references,
    MAX_REQUESTS,
    (found, at, reference) => checkReference(found, at, reference, names),
    (reference) => reference,
  );

/** The name of a request of the claim. */
export function checkReference(errors: Errors, field: string, name: string, names: ReadonlySet<string>): void {
  const segments = name.split('/');
  if (segments.length <= 2) for (const segment of segments) checkName(errors, field, segment, dns1123LabelErrors);
  if (!names.has(name))
    errors.push(
      invalidValue(
        field,
        name,
        "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      ),
    );
}
