/** What a definition must say, its schemas apart. */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { parseJsonPath } from '../../printers/json-path.ts';
import { type Errors, IMMUTABLE } from '../../strategies/validation/field-rules.ts';
import type { Definition, DefinitionNames, DefinitionSpec, DefinitionVersion, PrinterColumn } from './definition.ts';
import { APPROVAL, isProtectedGroup } from './definition-conditions.ts';

const SCOPES = ['Cluster', 'Namespaced'];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const MAX_WARNING_LENGTH = 256;

/** Rules for `spec`, without those for schemas, subresources and columns. */
export function checkSpec(errors: Errors, spec: DefinitionSpec): void {
  const { group, scope, versions, names } = spec;
  if (group === '') errors.push(required('spec.group'));
  else if (dns1123SubdomainErrors(group).length > 0)
    errors.push(invalidValue('spec.group', group, dns1123SubdomainErrors(group).join(',')));
  else if (!group.includes('.'))
    errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  if (scope === '') errors.push(required('spec.scope'));
  else if (!SCOPES.includes(scope)) errors.push(notSupported('spec.scope', scope, SCOPES));
  checkVersions(errors, versions);
  if (spec.preserveUnknownFields === true)
    errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false'));
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const)
    if (!names[field]) errors.push(required(`spec.names.${field}`));
  checkNames(errors, 'spec.names', names);
  checkConversion(errors, spec);
}

function checkVersions(errors: Errors, versions: readonly DefinitionVersion[]): void {
  for (const [index, { name, deprecated, deprecationWarning: warning }] of versions.entries()) {
    const field = `spec.versions[${index}]`;
    const problems = dns1035LabelErrors(name);
    if (problems.length > 0) errors.push(invalidValue(`${field}.name`, name, problems.join(',')));
    if (warning === undefined) continue;
    const at = `${field}.deprecationWarning`;
    if (deprecated !== true) errors.push(invalidValue(at, warning, 'can only be set for deprecated versions'));
    if (warning.length > MAX_WARNING_LENGTH)
      errors.push(invalidValue(at, warning, `must be <= ${MAX_WARNING_LENGTH} characters long`));
    if (warning === '') errors.push(invalidValue(at, warning, 'must not be an empty string'));
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
}

/** Rules for names, asked for or accepted. */
export function checkNames(errors: Errors, field: string, names: Partial<DefinitionNames>): void {
  const check = (at: string, name: string | undefined, lower: boolean): void => {
    if (name === undefined || name === '') return;
    const problems = dns1035LabelErrors(lower ? name.toLowerCase() : name).join(',');
    const prefix = lower ? 'may have mixed case, but should otherwise match: ' : '';
    if (problems !== '') errors.push(invalidValue(`${field}.${at}`, name, prefix + problems));
  };
  check('plural', names.plural, false);
  check('singular', names.singular, false);
  check('kind', names.kind, true);
  check('listKind', names.listKind, true);
  for (const [index, name] of (names.shortNames ?? []).entries()) check(`shortNames[${index}]`, name, false);
  if (names.kind && names.kind === names.listKind)
    errors.push(invalidValue(`${field}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  for (const [index, name] of (names.categories ?? []).entries()) check(`categories[${index}]`, name, false);
}

/** Only versions that differ in their name alone are converted: nothing here calls webhooks. */
function checkConversion(errors: Errors, { conversion }: DefinitionSpec): void {
  const { strategy, webhook } = conversion ?? { strategy: 'None' };
  const field = 'spec.conversion';
  if (strategy === 'Webhook')
    errors.push(forbiddenField(`${field}.strategy`, 'conversion webhooks are not supported by this API server'));
  else if (strategy !== 'None') errors.push(notSupported(`${field}.strategy`, strategy, ['None', 'Webhook']));
  else if (webhook !== undefined)
    errors.push(forbiddenField(`${field}.webhook`, 'should not be set when strategy is not set to Webhook'));
}

/** Groups of the project itself want an approval. */
export function checkApproval(errors: Errors, { metadata, spec }: Definition): void {
  if (!isProtectedGroup(spec.group) || metadata.annotations?.[APPROVAL]) return;
  errors.push(
    required(
      `metadata.annotations[${APPROVAL}]`,
      `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`,
    ),
  );
}

/** Rules for the subresources of a version. */
export function checkSubresources(errors: Errors, field: string, { subresources }: DefinitionVersion): void {
  const { scale } = subresources ?? {};
  if (scale === undefined) return;
  const paths = [
    ['specReplicasPath', '.spec', true],
    ['statusReplicasPath', '.status', true],
    ['labelSelectorPath', '.status', false],
  ] as const;
  for (const [name, root, isNeeded] of paths) {
    const path = scale[name] ?? '';
    const at = `${field}.scale.${name}`;
    if (path === '' && isNeeded) errors.push(required(at));
    else if (path !== '' && !path.startsWith('.'))
      errors.push(invalidValue(at, path, 'must be a simple json path starting with .'));
    else if (path !== '' && !path.startsWith(`${root}.`))
      errors.push(invalidValue(at, path, `should be a json path under ${root}`));
  }
}

/** Rules for the columns of a version. */
export function checkColumns(errors: Errors, field: string, columns: readonly PrinterColumn[]): void {
  for (const [index, { name, type, jsonPath }] of columns.entries()) {
    const at = `${field}[${index}]`;
    if (name === '') errors.push(required(`${at}.name`));
    if (type === '') errors.push(required(`${at}.type`, `must be one of ${COLUMN_TYPES.join(',')}`));
    else if (!COLUMN_TYPES.includes(type))
      errors.push(invalidValue(`${at}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`));
    if (jsonPath === '') errors.push(required(`${at}.JSONPath`));
    else if (!jsonPath.startsWith('.'))
      errors.push(invalidValue(`${at}.jsonPath`, jsonPath, 'must be a simple json path starting with .'));
    else if (parseJsonPath(jsonPath) === undefined)
      errors.push(invalidValue(`${at}.jsonPath`, jsonPath, `column "${jsonPath}" does not parse`));
  }
}

/** Rules for `status`, which the storage versions of the past and the present stand in. */
export function checkStatus(errors: Errors, { spec, status }: Definition): void {
  checkNames(errors, 'status.acceptedNames', status?.acceptedNames ?? {});
  const stored = status?.storedVersions ?? [];
  const field = 'status.storedVersions';
  if (stored.length === 0) {
    errors.push(invalidValue(field, undefined, 'must have at least one stored version'));
    return;
  }
  for (const [index, name] of stored.entries()) {
    if (spec.versions.some((version) => version.name === name)) continue;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(`${field}[${index}]`, name, why));
  }
  for (const { name, storage } of spec.versions)
    if (storage && !stored.includes(name))
      errors.push(invalidValue(field, stored, `must have the storage version ${name}`));
  const twice = stored.findIndex((name, index) => stored.indexOf(name) < index);
  if (twice >= 0) errors.push(duplicate(`${field}[${twice}]`, stored[twice]));
}

/** What may not change: the resource's name, and once it is served, what its objects are stored by. */
export function checkSpecUpdate(errors: Errors, next: DefinitionSpec, old: DefinitionSpec, established: boolean): void {
  const check = (field: string, now: unknown, before: unknown): void => {
    if (now !== before) errors.push(invalidValue(field, now, IMMUTABLE));
  };
  if (established) {
    check('spec.scope', next.scope, old.scope);
    check('spec.names.kind', next.names.kind, old.names.kind);
  }
  check('spec.group', next.group, old.group);
  check('spec.names.plural', next.names.plural, old.names.plural);
}
