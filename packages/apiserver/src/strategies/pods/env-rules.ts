/** Rules for the environment of containers. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  invalidValue,
  labelKeyErrors,
  notFoundField,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { configKeyErrors } from '../config-strategies.ts';
import { checkName, checkRequiredName, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkNoBacksteps } from '../validation/path-rules.ts';
import { amountText } from '../validation/resource-rules.ts';

const BAD_NAME = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const KNOWN_FIELDS = new Set([...ENV_FIELDS, 'spec.restartPolicy', 'metadata.annotations', 'metadata.labels']);
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Names may be anything that prints, but for the equals sign. */
function envNameErrors(name: string): string[] {
  if (name === '') return ['environment variable name must be non-empty'];
  return /^[\x20-\x3c\x3e-\x7e]*$/.test(name) ? [] : [BAD_NAME];
}

/** `env` of a container. */
export function checkEnv(errors: Errors, field: string, variables: readonly Fields[]): void {
  for (const [index, variable] of variables.entries()) {
    checkRequiredName(errors, `${field}[${index}].name`, variable.name, envNameErrors);
    if (variable.valueFrom !== undefined) checkValueFrom(errors, `${field}[${index}].valueFrom`, variable);
  }
}

function checkValueFrom(errors: Errors, field: string, { value, valueFrom }: Fields): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined) checkFieldReference(errors, `${field}.fieldRef`, fieldRef, ENV_FIELDS);
  if (resourceFieldRef !== undefined)
    checkResourceReference(errors, `${field}.resourceFieldRef`, resourceFieldRef, false);
  if (configMapKeyRef !== undefined) checkKeyReference(errors, `${field}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef !== undefined) checkKeyReference(errors, `${field}.secretKeyRef`, secretKeyRef);
  if (fileKeyRef !== undefined) checkFileReference(errors, `${field}.fileKeyRef`, fileKeyRef);
  const sources = Object.keys(valueFrom).length;
  const refuse = (why: string): void => void errors.push(invalidValue(field, '', why));
  if (sources === 0)
    refuse('must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  else if (value) refuse('may not be specified when `value` is not empty');
  else if (sources > 1) refuse('may not have more than one field specified at a time');
}

function checkKeyReference(errors: Errors, field: string, { name = '', key }: Fields): void {
  checkName(errors, `${field}.name`, name, dns1123SubdomainErrors);
  checkRequiredName(errors, `${field}.key`, key, configKeyErrors);
}

/** Files of variables are in volumes that are empty when the pod starts. */
export function checkVariableFiles(errors: Errors, field: string, spec: Fields): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const [index, { env }] of (spec[list] ?? []).entries())
      for (const [position, variable] of (env ?? []).entries())
        if (variable.valueFrom?.fileKeyRef !== undefined)
          checkFileVolume(errors, `${field}.${list}[${index}].env[${position}].valueFrom.fileKeyRef`, variable, spec);
}

function checkFileVolume(errors: Errors, field: string, { valueFrom }: Fields, spec: Fields): void {
  const { volumeName = '' } = valueFrom.fileKeyRef;
  const volume = (spec.volumes ?? []).find(({ name }: Fields) => name === volumeName);
  if (volume === undefined) errors.push(notFoundField(`${field}.volumeName`, volumeName));
  else if (volume.emptyDir === undefined)
    errors.push(invalidValue(`${field}.volumeName`, volumeName, 'referenced volume must be of type emptyDir'));
}

function checkFileReference(errors: Errors, field: string, { volumeName, path, key }: Fields): void {
  checkRequiredName(errors, `${field}.key`, key, envNameErrors);
  checkRequiredName(errors, `${field}.volumeName`, volumeName, dns1123LabelErrors);
  if (!path) errors.push(required(`${field}.path`));
  else checkNoBacksteps(errors, `${field}.path`, path);
}

/** A reference to a field of the pod. */
export function checkFieldReference(
  errors: Errors,
  field: string,
  { apiVersion, fieldPath = '' }: Fields,
  supported: readonly string[],
): void {
  if (!apiVersion) {
    errors.push(required(`${field}.apiVersion`));
    return;
  }
  if (fieldPath === '') {
    errors.push(required(`${field}.fieldPath`));
    return;
  }
  const [, path = fieldPath, subscript] = /^(.*)\['([^']*)'\]$/.exec(fieldPath) ?? [];
  const problem = conversionProblem(apiVersion, fieldPath, path, subscript !== undefined);
  if (problem !== undefined) errors.push(invalidValue(`${field}.fieldPath`, fieldPath, problem));
  else if (subscript !== undefined)
    checkName(errors, field, path === 'metadata.annotations' ? subscript.toLowerCase() : subscript, labelKeyErrors);
  else if (!supported.includes(path)) errors.push(notSupported(`${field}.fieldPath`, path, supported));
}

function conversionProblem(version: string, fieldPath: string, path: string, subscripted: boolean): string | undefined {
  if (version !== 'v1') return `error converting fieldPath: unsupported pod version: ${version}`;
  if (subscripted && path !== 'metadata.annotations' && path !== 'metadata.labels')
    return `error converting fieldPath: field label does not support subscript: ${fieldPath}`;
  return subscripted || KNOWN_FIELDS.has(path)
    ? undefined
    : `error converting fieldPath: field label not supported: ${fieldPath}`;
}

/** A reference to an amount of a container; in a volume it names the container. */
export function checkResourceReference(errors: Errors, field: string, reference: Fields, inVolume: boolean): void {
  const { containerName, resource = '', divisor } = reference;
  if (inVolume && !containerName) errors.push(required(`${field}.containerName`));
  else if (resource === '') errors.push(required(`${field}.resource`));
  else if (!RESOURCES.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource))
    errors.push(notSupported(`${field}.resource`, resource, RESOURCES));
  checkDivisor(errors, `${field}.divisor`, resource, amountText(divisor));
}

function checkDivisor(errors: Errors, field: string, resource: string, divisor: string): void {
  if (divisor === '0') return;
  const [, kind = ''] = resource.split(/\.(.*)/);
  if (kind === 'cpu') {
    if (divisor !== '1m' && divisor !== '1')
      errors.push(invalidValue(field, resource, "only divisor's values 1m and 1 are supported with the cpu resource"));
    return;
  }
  const word = kind.startsWith('hugepages-') ? 'hugepages' : BYTE_RESOURCES[kind];
  if (word !== undefined && !BYTE_DIVISORS.includes(divisor))
    errors.push(
      invalidValue(
        field,
        resource,
        `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${word} resource`,
      ),
    );
}

const BYTE_RESOURCES: Readonly<Record<string, string>> = {
  memory: 'memory',
  'ephemeral-storage': 'local ephemeral storage',
};

/** `envFrom` of a container. Kubernetes does not say which of the list lacks its source. */
export function checkEnvFrom(errors: Errors, field: string, sources: readonly Fields[]): void {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    if (prefix) checkName(errors, `${field}[${index}].prefix`, prefix, envNameErrors);
    if (configMapRef !== undefined)
      checkRequiredName(errors, `${field}[${index}].configMapRef.name`, configMapRef.name, dns1123SubdomainErrors);
    if (secretRef !== undefined)
      checkRequiredName(errors, `${field}[${index}].secretRef.name`, secretRef.name, dns1123SubdomainErrors);
    if (configMapRef === undefined && secretRef === undefined)
      errors.push(invalidValue(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef !== undefined && secretRef !== undefined)
      errors.push(invalidValue(field, '', 'may not have more than one field specified at a time'));
  }
}
