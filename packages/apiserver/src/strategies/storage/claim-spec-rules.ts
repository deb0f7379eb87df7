/** Rules for what a claim of storage asks for, in claims and in the templates of claims. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { validateAnnotations } from '../../registry/object-meta-rules.ts';
import {
  checkGiven,
  checkLabels,
  checkName,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { checkPositiveAmount } from '../validation/resource-rules.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** How volumes may be seen: as files or as raw devices. */
export const VOLUME_MODES: readonly string[] = ['Block', 'Filesystem'];

/** `accessModes` of claims and volumes. */
export function checkAccessModes(errors: Errors, field: string, modes: readonly string[]): void {
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(field, mode, ACCESS_MODES));
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  )
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
}

/** The spec of a claim. */
export function checkClaimSpec(errors: Errors, field: string, spec: Fields = {}): void {
  const { accessModes = [], resources, storageClassName, volumeMode, volumeAttributesClassName } = spec;
  if (accessModes.length === 0) errors.push(required(`${field}.accessModes`, 'at least 1 access mode is required'));
  checkLabelSelector(errors, `${field}.selector`, spec.selector);
  checkAccessModes(errors, `${field}.accessModes`, accessModes);
  const size = resources?.requests?.storage;
  if (size === undefined) errors.push(required(`${field}.resources[storage]`));
  else checkPositiveAmount(errors, `${field}.resources[storage]`, size);
  if (storageClassName) checkName(errors, `${field}.storageClassName`, storageClassName, dns1123SubdomainErrors);
  checkSupported(errors, `${field}.volumeMode`, volumeMode, VOLUME_MODES);
  checkDataSources(errors, field, spec);
  if (volumeAttributesClassName)
    checkName(errors, `${field}.volumeAttributesClassName`, volumeAttributesClassName, dns1123SubdomainErrors);
}

function checkDataSources(errors: Errors, field: string, { dataSource, dataSourceRef }: Fields): void {
  if (dataSource !== undefined) checkDataSource(errors, `${field}.dataSource`, dataSource);
  if (dataSourceRef === undefined) return;
  checkDataSource(errors, `${field}.dataSourceRef`, dataSourceRef);
  if (dataSourceRef.namespace)
    checkName(errors, `${field}.dataSourceRef.namespace`, dataSourceRef.namespace, dns1123LabelErrors);
  if (dataSource === undefined) return;
  const same = ['apiGroup', 'kind', 'name'].every((part) => dataSource[part] === dataSourceRef[part]);
  if (dataSourceRef.namespace)
    errors.push(invalidValue(field, {}, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (!same) errors.push(invalidValue(field, {}, 'must match dataSourceRef'));
}

function checkDataSource(errors: Errors, field: string, { name, kind = '', apiGroup = '' }: Fields): void {
  checkGiven(errors, `${field}.name`, name);
  checkGiven(errors, `${field}.kind`, kind);
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim')
    errors.push(invalidValue(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (apiGroup !== '') checkName(errors, `${field}.apiGroup`, apiGroup, dns1123SubdomainErrors);
}

const TEMPLATE_METADATA = ['annotations', 'labels', 'creationTimestamp'];

/** `volumeClaimTemplate` of an ephemeral volume. */
export function checkClaimTemplate(errors: Errors, field: string, { metadata, spec }: Fields): void {
  checkTemplateMetadata(errors, `${field}.metadata`, metadata);
  checkClaimSpec(errors, `${field}.spec`, spec);
}

/** What a template says of the names of what is made from it: labels and annotations only. */
export function checkTemplateMetadata(errors: Errors, field: string, metadata: Fields = {}): void {
  errors.push(...validateAnnotations(metadata.annotations, `${field}.annotations`));
  checkLabels(errors, `${field}.labels`, metadata.labels);
  for (const name of Object.keys(metadata))
    if (!TEMPLATE_METADATA.includes(name)) errors.push(forbiddenField(`${field}.${name}`, 'cannot be set'));
}
