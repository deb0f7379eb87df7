/** Rules for files in volumes that show keys, fields and tokens. */
import { forbiddenField, invalidValue, required } from '@towtank/apimachinery';
import { checkGiven, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { checkFileMode, checkOwnPath } from '../validation/path-rules.ts';
import { checkSignerName } from '../validation/signer-name-rules.ts';
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
    if (source.podCertificate !== undefined)
      checkCertificate(errors, `${at}.podCertificate`, source.podCertificate, occupy);
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
    errors.push(
      invalidValue(
        field,
        internalForm('ClusterTrustBundleProjection', bundle),
        'only one of name and signerName may be used',
      ),
    );
  else if (name !== undefined) {
    checkGiven(errors, `${field}.name`, name, 'must be a valid object name');
    if (labelSelector !== undefined)
      errors.push(
        invalidValue(`${field}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'),
      );
  } else if (signerName !== undefined) {
    checkGiven(errors, `${field}.signerName`, signerName, 'must be a valid signer name');
    checkSignerName(errors, `${field}.signerName`, signerName);
    checkLabelSelector(errors, `${field}.labelSelector`, labelSelector);
  } else errors.push(required(field, 'either name or signerName must be specified'));
  checkGiven(errors, `${field}.path`, path);
  checkOwnPath(errors, `${field}.path`, path);
  occupy(path, path);
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const MIN_CERTIFICATE_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const MAX_CERTIFICATE_DAYS = 91;
const CERTIFICATE_PATHS = ['credentialBundlePath', 'keyPath', 'certificateChainPath'];

/** A certificate that is made for the pod: of a signer, of a kind, for a time, in one file or more. */
function checkCertificate(errors: Errors, field: string, certificate: Fields, occupy: Occupy): void {
  const { signerName = '', keyType = '', maxExpirationSeconds: seconds } = certificate;
  checkSignerName(errors, `${field}.signerName`, signerName);
  checkSupported(errors, `${field}.keyType`, keyType, KEY_TYPES);
  const most = (signerName.startsWith('kubernetes.io/') ? 1 : MAX_CERTIFICATE_DAYS) * DAY_SECONDS;
  const at = `${field}.maxExpirationSeconds`;
  if (seconds < MIN_CERTIFICATE_SECONDS)
    errors.push(invalidValue(at, seconds, `if provided, maxExpirationSeconds must be >= ${MIN_CERTIFICATE_SECONDS}`));
  if (seconds > most) errors.push(invalidValue(at, seconds, `if provided, maxExpirationSeconds must be <= ${most}`));
  const paths = CERTIFICATE_PATHS.filter((name) => certificate[name]);
  for (const name of paths) {
    checkOwnPath(errors, `${field}.${name}`, certificate[name]);
    occupy(certificate[name], certificate[name]);
  }
  if (paths.length === 0)
    errors.push(required(field, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'));
}
