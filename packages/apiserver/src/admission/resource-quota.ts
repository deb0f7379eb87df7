/** ResourceQuotas: a namespace uses no more than it may. */
import type { KubeObject } from '@towtank/apimachinery';
import { formatQuantity } from '@towtank/apimachinery';
import { deepFreeze } from '../storage/deep-freeze.ts';
import { type Storage, StorageError } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { refusal } from './admission-refusal.ts';
import { type Container, containersOf, type PodSpec } from './pod-spec.ts';
import { hasScopes, isInScope, type QuotaSpec } from './quota-scope.ts';
import { usageOf } from './quota-usage.ts';
import { type Amount, type Amounts, addAmounts, amountsOf, formatAmounts } from './resource-amounts.ts';

const QUOTAS = 'resourcequotas';
/** Resources whose updates may use more, too. */
const GROWING = new Set(['services', 'persistentvolumeclaims']);
/** Once a quota is about one of these, every container must state it. */
const STATED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
/** How often a charge that lost a race is tried again. */
const MAX_RETRIES = 20;

/**
 * Charges new objects to the quotas of their namespace, and refuses what is too much. Runs last of all rules: what it
 * has charged is only given back when the quota is counted anew.
 */
export const resourceQuota = (storage: Storage): AdmissionPlugin => ({
  name: 'ResourceQuota',
  validate(attributes) {
    if (!isCharged(attributes) || attributes.namespace === '') return;
    const quotas = storage.peekAll(QUOTAS, { namespace: attributes.namespace });
    if (quotas.length > 0) return chargeAll(storage, quotas, attributes);
  },
});

async function chargeAll(
  storage: Storage,
  quotas: readonly StoredObject[],
  attributes: AdmissionAttributes,
): Promise<void> {
  const delta = deltaOf(attributes);
  if (delta.size === 0) return;
  const concerned = quotas.filter(({ object }) => isConcerned(object.spec ?? {}, attributes));
  for (const quota of concerned) checkStated(quota.object, attributes);
  for (const quota of concerned) await charge(storage, quota, delta, attributes);
}

const isCharged = ({ operation, subresource, resource, object }: AdmissionAttributes): boolean =>
  object !== undefined &&
  subresource === '' &&
  resource.namespaced &&
  (operation === 'CREATE' || (operation === 'UPDATE' && resource.group === '' && GROWING.has(resource.resource)));

function deltaOf({ resource, object, oldObject }: AdmissionAttributes): Amounts {
  const usage = usageOf(resource, object as KubeObject);
  if (oldObject === undefined) return usage;
  const before = usageOf(resource, oldObject);
  const grown = [...usage].map(([line, { nano, format }]): [string, Amount] => [
    line,
    { nano: nano - (before.get(line)?.nano ?? 0n), format },
  ]);
  return new Map(grown.filter(([, { nano }]) => nano > 0n));
}

const isPod = ({ resource }: AdmissionAttributes): boolean => resource.group === '' && resource.resource === 'pods';

function isConcerned(spec: QuotaSpec, attributes: AdmissionAttributes): boolean {
  if (!hasScopes(spec)) return true;
  return isPod(attributes) && isInScope((attributes.object?.spec ?? {}) as PodSpec, spec);
}

function checkStated({ metadata, spec }: KubeObject, attributes: AdmissionAttributes): void {
  if (!isPod(attributes)) return;
  const required = STATED.filter((line) => Object.hasOwn(spec?.hard ?? {}, line)).sort();
  const containers = containersOf((attributes.object?.spec ?? {}) as PodSpec);
  const lacks = required
    .map((line) => [line, containers.filter((container) => !states(container, line)).map(({ name }) => name)] as const)
    .filter(([, names]) => names.length > 0);
  if (lacks.length === 0) return;
  const missing = lacks.map(([line, names]) => `${line} for: ${[...new Set(names)].sort().join(',')}`).join('; ');
  throw refusal(attributes, `failed quota: ${metadata.name}: must specify ${missing}`);
}

function states({ resources }: Container, line: string): boolean {
  if (line.startsWith('limits.')) return resources?.limits?.[line.slice('limits.'.length)] !== undefined;
  const name = line.replace('requests.', '');
  return resources?.requests?.[name] !== undefined || resources?.limits?.[name] !== undefined;
}

async function charge(
  storage: Storage,
  quota: StoredObject,
  delta: Amounts,
  attributes: AdmissionAttributes,
): Promise<void> {
  let current: StoredObject | undefined = quota;
  for (let attempt = 0; current !== undefined && attempt < MAX_RETRIES; attempt += 1) {
    const hard = amountsOf({ ...current.object.spec?.hard, ...current.object.status?.hard });
    const requested = new Map([...delta].filter(([line]) => hard.has(line)));
    if (requested.size === 0) return;
    const used = usedOf(storage, current.object, [...requested.keys()], attributes);
    const total = addAmounts(used, requested);
    checkHard(current.object, { hard, requested, used, total }, attributes);
    if (attributes.dryRun) return;
    try {
      await storage.update(QUOTAS, current.key, current, withUsed(current.object, total));
      return;
    } catch (reason) {
      if (!(reason instanceof StorageError)) throw reason;
      current = await storage.get(QUOTAS, quota.key);
    }
  }
}

interface Account {
  readonly hard: Amounts;
  readonly requested: Amounts;
  readonly used: Amounts;
  readonly total: Amounts;
}

function checkHard({ metadata }: KubeObject, account: Account, attributes: AdmissionAttributes): void {
  const { hard, requested, used, total } = account;
  const over = new Set(
    [...total].filter(([line, { nano }]) => nano > (hard.get(line)?.nano ?? nano)).map(([line]) => line),
  );
  if (over.size === 0) return;
  const shown = (amounts: Amounts): string => formatAmounts(new Map([...amounts].filter(([line]) => over.has(line))));
  throw refusal(
    attributes,
    `exceeded quota: ${metadata.name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`,
  );
}

/** What is used of these lines: as the quota says, or counted here where it does not say yet. */
function usedOf(
  storage: Storage,
  { status, spec }: KubeObject,
  lines: readonly string[],
  { resource, namespace }: AdmissionAttributes,
): Amounts {
  const known = amountsOf(status?.used);
  if (lines.every((line) => known.has(line))) return new Map(lines.map((line) => [line, known.get(line) as Amount]));
  const prefix = resource.group === '' ? resource.resource : `${resource.group}/${resource.resource}`;
  const counted = storage
    .peekAll(prefix, { namespace })
    .filter(({ object }) => !hasScopes(spec ?? {}) || isInScope((object.spec ?? {}) as PodSpec, spec ?? {}))
    .map(({ object }) => usageOf(resource, object));
  const nothing = new Map(lines.map((line): [string, Amount] => [line, { nano: 0n, format: 'DecimalSI' }]));
  return new Map([...addAmounts(nothing, ...counted)].filter(([line]) => lines.includes(line)));
}

/** A quota with other amounts used. Its hard limits are stated with them, as the controller would. */
function withUsed(quota: KubeObject, used: Amounts): KubeObject {
  const texts = Object.fromEntries([...used].map(([line, amount]) => [line, formatQuantity(amount)]));
  const { hard = quota.spec?.hard, used: before } = quota.status ?? {};
  return deepFreeze({ ...quota, status: { ...quota.status, hard, used: { ...before, ...texts } } });
}
