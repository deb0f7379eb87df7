/** ConfigMaps and Secrets: keys, sizes and immutability. */
import {
  type FieldError,
  forbiddenField,
  invalidValue,
  type KubeObject,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { deepEqual } from '../registry/deep-equal.ts';
import type { Strategy } from '../registry/strategy.ts';
import { jsonSyntaxError } from '../schema/json-syntax-error.ts';

/** 1 MiB: what all values of a ConfigMap or Secret may hold together. */
const MAX_TOTAL_BYTES = 1024 * 1024;
const CONFIG_KEY_MESSAGE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** What Kubernetes says of a bad key of a ConfigMap or Secret. */
export function configKeyErrors(key: string): string[] {
  const errors: string[] = [];
  if (Buffer.byteLength(key) > 253) errors.push('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) errors.push(CONFIG_KEY_MESSAGE);
  if (key === '.') errors.push("must not be '.'");
  else if (key === '..') errors.push("must not be '..'");
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

type Data = Readonly<Record<string, string>>;

function checkKeys(errors: FieldError[], field: string, data: Data, others?: Data): void {
  for (const key in data) {
    for (const message of configKeyErrors(key)) errors.push(invalidValue(`${field}[${key}]`, key, message));
    if (others !== undefined && Object.hasOwn(others, key))
      errors.push(invalidValue(`${field}[${key}]`, key, 'duplicate of key present in binaryData'));
  }
}

function bytesOf(data: Data, encoding: 'utf8' | 'base64'): number {
  let bytes = 0;
  for (const key in data) bytes += Buffer.byteLength(data[key] ?? '', encoding);
  return bytes;
}

function immutabilityErrors(next: KubeObject, old: KubeObject, fields: readonly string[]): FieldError[] {
  if (old.immutable !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  return [
    ...(next.immutable === true ? [] : [forbiddenField('immutable', why)]),
    ...fields.filter((field) => !deepEqual(next[field], old[field])).map((field) => forbiddenField(field, why)),
  ];
}

function validateConfigMap(configMap: KubeObject): FieldError[] {
  const data: Data = configMap.data ?? {};
  const binaryData: Data = configMap.binaryData ?? {};
  const errors: FieldError[] = [];
  checkKeys(errors, 'data', data, binaryData);
  checkKeys(errors, 'binaryData', binaryData);
  const bytes = bytesOf(data, 'utf8') + bytesOf(binaryData, 'base64');
  if (bytes > MAX_TOTAL_BYTES) errors.push(tooLong('', MAX_TOTAL_BYTES));
  return errors;
}

/** The strategy of ConfigMaps. */
export const configMapStrategy: Strategy = {
  metadataRulesOfUpdate: ['update', 'create'],
  validate: validateConfigMap,
  validateUpdate: (next, old) => [...immutabilityErrors(next, old, ['data', 'binaryData']), ...validateConfigMap(next)],
};

/** Keys that the built-in types of Secrets need. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
};

const JSON_KEYS = new Set(['.dockercfg', '.dockerconfigjson']);

/** Credentials of registries are a JSON object; messages do not repeat what they are. */
function dockerConfigErrors(field: string, encoded: string): FieldError[] {
  const problem = jsonObjectProblem(Buffer.from(encoded, 'base64'));
  return problem === undefined ? [] : [invalidValue(field, '<secret contents redacted>', problem)];
}

function jsonObjectProblem(bytes: Buffer): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return jsonSyntaxError(bytes);
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

function validateSecret(secret: KubeObject): FieldError[] {
  const { type } = secret;
  const data: Data = secret.data ?? {};
  const errors: FieldError[] = [];
  checkKeys(errors, 'data', data);
  if (bytesOf(data, 'base64') > MAX_TOTAL_BYTES) errors.push(tooLong('data', MAX_TOTAL_BYTES));
  for (const key of Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : []) {
    const missing = !Object.hasOwn(data, key) || (key === 'ssh-privatekey' && data[key] === '');
    if (missing) errors.push(required(`data[${key}]`));
    else if (JSON_KEYS.has(key)) errors.push(...dockerConfigErrors(`data[${key}]`, data[key] ?? ''));
  }
  if (type === 'kubernetes.io/basic-auth' && data.username === undefined && data.password === undefined)
    errors.push(required('data[username]'), required('data[password]'));
  if (
    type === 'kubernetes.io/service-account-token' &&
    !secret.metadata.annotations?.['kubernetes.io/service-account.name']
  )
    errors.push(required('metadata.annotations[kubernetes.io/service-account.name]'));
  return errors;
}

/** The strategy of Secrets. */
export const secretStrategy: Strategy = {
  metadataRulesOfUpdate: ['update', 'create'],
  setDefaults(secret) {
    secret.type ??= 'Opaque';
    if (secret.type === '') secret.type = 'Opaque';
    if (secret.stringData === undefined) return;
    const folded = Object.entries(secret.stringData as Record<string, string>).map(([key, text]) => [
      key,
      Buffer.from(text).toString('base64'),
    ]);
    secret.data = { ...secret.data, ...Object.fromEntries(folded) };
    delete secret.stringData;
  },
  validate: validateSecret,
  validateUpdate: (next, old) => [
    ...(next.type === old.type ? [] : [invalidValue('type', next.type, 'field is immutable')]),
    ...immutabilityErrors(next, old, ['data']),
    ...validateSecret(next),
  ],
};
