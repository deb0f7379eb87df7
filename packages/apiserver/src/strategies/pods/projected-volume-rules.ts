/** Rules for files in volumes that show keys, fields and tokens. */
import { forbiddenField, invalidValue, required } from '@towtank/apimachinery';
import { checkGiven, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { checkFileMode, checkOwnPath } from '../validation/path-rules.ts';
import { checkFieldReference, checkResourceReference } from './env-rules.ts';

const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** `items` of a volume: which key becomes which file. */
export function checkKeysToPaths(errors: Errors, field: string, items: readonly Fields[]): void {
  for (const [index, { key, path = '', mode }] of items.entries()) {
    const at = `${field}[${index}]`;
    checkGiven(errors, `${at}.key`, key);
    checkGiven(errors, `${at}.path`, path);
    checkOwnPath(errors, `${at}.path`, path);
    checkFileMode(errors, `${at}.mode`, mode);
  }
}

/** Files that show fields of the pod. Kubernetes does not say which file of the list it means. */
export function checkDownwardFiles(errors: Errors, field: string, items: readonly Fields[]): void {
  for (const { path = '', fieldRef, resourceFieldRef, mode } of items) {
    checkGiven(errors, `${field}.path`, path);
    checkOwnPath(errors, `${field}.path`, path);
    if (fieldRef !== undefined) {
      checkFieldReference(errors, `${field}.fieldRef`, fieldRef, FILE_FIELDS);
      if (resourceFieldRef !== undefined)
        errors.push(
          invalidValue(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
    } else if (resourceFieldRef !== undefined)
      checkResourceReference(errors, `${field}.resourceFieldRef`, resourceFieldRef, true);
    else errors.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
    checkFileMode(errors, `${field}.mode`, mode);
  }
}

/** A volume that gathers several sources. */
export function checkProjected(errors: Errors, field: string, { defaultMode, sources = [] }: Fields): void {
  checkFileMode(errors, `${field}.defaultMode`, defaultMode);
  const paths = new Set<string>();
  const occupy = (path: string | undefined, shown: string): void => {
    if (!path) return;
    if (paths.has(path)) errors.push(invalidValue(field, shown, 'conflicting duplicate paths'));
    paths.add(path);
  };
  for (const [index, source] of sources.entries()) {
    const at = `${field}.sources[${index}]`;
    for (const kind of ['secret', 'configMap'] as const) checkKeys(errors, `${at}.${kind}`, source[kind], occupy);
    if (source.downwardAPI !== undefined) {
      const items: Fields[] = source.downwardAPI.items ?? [];
      checkDownwardFiles(errors, `${at}.downwardAPI`, items);
      for (const { path } of items) occupy(path, path);
    }
    checkToken(errors, field, `${at}.serviceAccountToken`, source.serviceAccountToken);
    checkTrustBundle(errors, `${at}.clusterTrustBundle`, source.clusterTrustBundle, occupy);
    if (Object.keys(source).length > 1)
      errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'));
  }
}

type Occupy = (path: string | undefined, shown: string) => void;

function checkKeys(errors: Errors, field: string, source: Fields, occupy: Occupy): void {
  if (source === undefined) return;
  checkGiven(errors, `${field}.name`, source.name);
  checkKeysToPaths(errors, `${field}.items`, source.items ?? []);
  for (const { path } of source.items ?? []) occupy(path, source.name ?? '');
}

function checkToken(errors: Errors, volume: string, field: string, token: Fields): void {
  if (token === undefined) return;
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < MIN_TOKEN_SECONDS)
    errors.push(invalidValue(`${field}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_TOKEN_SECONDS)
    errors.push(
      invalidValue(`${field}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
    );
  if (!token.path) errors.push(required(`${volume}.path`));
  else checkOwnPath(errors, `${volume}.path`, token.path);
}

function checkTrustBundle(errors: Errors, field: string, bundle: Fields, occupy: Occupy): void {
  if (bundle === undefined) return;
  const { name, signerName, labelSelector, path = '' } = bundle;
  if (name !== undefined && signerName !== undefined)
    errors.push(invalidValue(field, bundle, 'only one of name and signerName may be used'));
  else if (name !== undefined) {
    checkGiven(errors, `${field}.name`, name, 'must be a valid object name');
    if (labelSelector !== undefined)
      errors.push(
        invalidValue(`${field}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'),
      );
  } else if (signerName !== undefined) {
    checkGiven(errors, `${field}.signerName`, signerName, 'must be a valid signer name');
    checkLabelSelector(errors, `${field}.labelSelector`, labelSelector);
  } else errors.push(required(field, 'either name or signerName must be specified'));
  checkGiven(errors, `${field}.path`, path);
  checkOwnPath(errors, `${field}.path`, path);
  occupy(path, path);
}
