/** The variables of a container, resolved as the kubelet does. */
import type { ConfigData, ConfigKind } from './config-source.ts';
import { expandVariables } from './expand-variables.ts';
import { fieldValue, resourceValue, type Whereabouts } from './field-value.ts';
import type { Container, EnvFromSource, EnvVar, KeyReference, Pod } from './pod.ts';

/** What variables are made from. */
export interface EnvironmentOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly where: Whereabouts;
  /** Variables of Services; what the container states itself goes before them. */
  readonly services: Readonly<Record<string, string>>;
  readonly read: (kind: ConfigKind, name: string) => Promise<ConfigData | undefined>;
}

/** The container cannot be started before something else changes: a reference leads nowhere. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Resolves all variables. Rejects with {@link ConfigError} where a reference that is not optional leads nowhere. */
export async function resolveEnvironment(options: EnvironmentOptions): Promise<Record<string, string>> {
  const { container, pod, services } = options;
  const variables: Record<string, string> = { HOSTNAME: pod.spec.hostname ?? pod.metadata.name ?? '' };
  Object.assign(variables, services);
  for (const source of container.envFrom ?? []) Object.assign(variables, await allOf(source, options));
  for (const variable of container.env ?? []) {
    const value = await resolveVariable(variable, variables, options);
    if (value !== undefined) variables[variable.name] = value;
  }
  return variables;
}

async function allOf(
  { prefix = '', configMapRef, secretRef }: EnvFromSource,
  { read }: EnvironmentOptions,
): Promise<Record<string, string>> {
  const [kind, reference] =
    configMapRef !== undefined ? (['configmap', configMapRef] as const) : (['secret', secretRef] as const);
  const data = await read(kind, reference?.name ?? '');
  if (data === undefined) {
    if (reference?.optional) return {};
    throw new ConfigError(missing(kind, reference?.name ?? ''));
  }
  const entries = Object.entries(data).map(([key, value]) => [`${prefix}${key}`, text(value)]);
  return Object.fromEntries(entries);
}

async function resolveVariable(
  { value = '', valueFrom }: EnvVar,
  variables: Readonly<Record<string, string>>,
  options: EnvironmentOptions,
): Promise<string | undefined> {
  const { pod, container, where } = options;
  if (valueFrom === undefined) return expandVariables(value, variables);
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldValue(fieldRef.fieldPath, pod, where) ?? '';
  if (resourceFieldRef !== undefined) {
    const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const named = all.find(({ name }) => name === resourceFieldRef.containerName) ?? container;
    return resourceValue(resourceFieldRef, named, where);
  }
  if (configMapKeyRef !== undefined) return keyOf('configmap', configMapKeyRef, options);
  return secretKeyRef === undefined ? undefined : keyOf('secret', secretKeyRef, options);
}

async function keyOf(
  kind: ConfigKind,
  { name = '', key, optional }: KeyReference,
  { read, pod }: EnvironmentOptions,
): Promise<string | undefined> {
  const data = await read(kind, name);
  const value = data?.[key];
  if (value !== undefined) return text(value);
  if (optional) return undefined;
  if (data === undefined) throw new ConfigError(missing(kind, name));
  const label = kind === 'secret' ? 'Secret' : 'ConfigMap';
  throw new ConfigError(`couldn't find key ${key} in ${label} ${pod.metadata.namespace}/${name}`);
}

const missing = (kind: ConfigKind, name: string): string => `${kind} "${name}" not found`;

const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');
