/** Which kind has which strategy. */
import type { Strategy } from '../registry/strategy.ts';
import type { Resource } from '../resources/resource.ts';
import { configMapStrategy, secretStrategy } from './config-strategies.ts';
import { endpointSliceStrategy } from './endpoints/endpoint-slice-strategy.ts';
import { endpointsStrategy } from './endpoints/endpoints-strategy.ts';
import { namespaceStrategy } from './namespace-strategy.ts';
import { podStrategy } from './pods/pod-strategy.ts';

/** Strategies by `resource`, or `resource.group` outside the core group. */
export type StrategyTable = Readonly<Record<string, Strategy>>;

const NO_RULES: Strategy = {};

/** The strategies that keep no state of their own. */
export const STATELESS_STRATEGIES: StrategyTable = {
  configmaps: configMapStrategy,
  endpoints: endpointsStrategy,
  'endpointslices.discovery.k8s.io': endpointSliceStrategy,
  namespaces: namespaceStrategy,
  nodes: { keepsStatusOnCreate: true },
  pods: podStrategy,
  secrets: secretStrategy,
};

/** The hooks of a kind; a kind without any is served from the schema table alone. */
export const strategyFor = ({ group, resource }: Resource, table: StrategyTable): Strategy =>
  table[group === '' ? resource : `${resource}.${group}`] ?? NO_RULES;
