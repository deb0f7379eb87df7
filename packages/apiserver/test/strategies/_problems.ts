/** What the strategy of a kind says of an object, after the object has been decoded and defaulted. */
import { FakeClock, formatGroupVersion, type KubeObject, seededRandom, type UserInfo } from '@towtank/apimachinery';
import type { StrategyContext } from '../../src/registry/strategy.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';
import { applyDefaults } from '../../src/schema/apply-defaults.ts';
import { decodeObject } from '../../src/schema/decode-object.ts';
import { type Schema, schemaNamed } from '../../src/schema/schema-table.ts';
import { STATELESS_STRATEGIES, strategyFor } from '../../src/strategies/strategy-table.ts';

const ALICE: UserInfo = { name: 'alice', groups: ['system:authenticated'] };

const resourceOf = (apiVersion: string, kind: string): Resource => {
  const found = resourceTable().find(
    (resource) => resource.kind === kind && formatGroupVersion(resource.group, resource.version) === apiVersion,
  );
  if (found === undefined) throw new Error(`there is no ${apiVersion} ${kind}`);
  return found;
};

const contextOf = (resource: Resource, subresource: string, servedGroup = resource.group): StrategyContext => ({
  resource,
  servedGroup,
  namespace: 'default',
  user: ALICE,
  dryRun: false,
  subresource,
  clock: new FakeClock(),
  random: seededRandom('strategies'),
  warn: () => undefined,
});

/** Decodes and defaults, as a request would. */
export function filled(value: KubeObject): KubeObject {
  const schema = schemaNamed(resourceOf(value.apiVersion ?? '', value.kind ?? '').schema) as Schema;
  const { object } = decodeObject(structuredClone(value), schema, { fieldValidation: 'Strict' });
  applyDefaults(object, schema);
  return object;
}

/** `field: message` for everything wrong with a new object. */
export function problemsOf(value: KubeObject, servedGroup?: string): string[] {
  const resource = resourceOf(value.apiVersion ?? '', value.kind ?? '');
  const strategy = strategyFor(resource, STATELESS_STRATEGIES);
  const context = contextOf(resource, '', servedGroup);
  const object = filled(value);
  strategy.prepareForCreate?.(object, context);
  return (strategy.validate?.(object, context) ?? []).map(({ field, body }) => `${field}: ${body}`);
}

/** `field: message` for everything wrong with a change. */
export function changeProblems(
  before: KubeObject,
  after: KubeObject,
  subresource = '',
  servedGroup?: string,
): string[] {
  const resource = resourceOf(before.apiVersion ?? '', before.kind ?? '');
  const strategy = strategyFor(resource, STATELESS_STRATEGIES);
  const context = contextOf(resource, subresource, servedGroup);
  const [old, next] = [filled(before), filled(after)];
  strategy.prepareForCreate?.(old, contextOf(resource, ''));
  if (subresource === 'status') next.spec = structuredClone(old.spec);
  strategy.prepareForUpdate?.(next, old, context);
  const errors =
    subresource === 'status'
      ? strategy.validateStatusUpdate?.(next, old, context)
      : (strategy.validateUpdate?.(next, old, context) ?? strategy.validate?.(next, context));
  return (errors ?? []).map(({ field, body }) => `${field}: ${body}`);
}

/** What the writer of a new object is warned of. */
export const warningsOf = (value: KubeObject): string[] =>
  strategyFor(resourceOf(value.apiVersion ?? '', value.kind ?? ''), STATELESS_STRATEGIES).warnings?.(
    filled(value),
    undefined,
  ) ?? [];

/** A pod with one container, changed in its spec and in its container. */
export const pod = (spec: object = {}, container: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i:1', ...container }], ...spec },
});

/** A template whose pods have the label `app: web`. */
export const template = (spec: object = {}): object => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'i:1' }], ...spec },
});
