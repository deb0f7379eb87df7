/** Which kind has which strategy. */
import type { Strategy } from '../registry/strategy.ts';
import type { Resource } from '../resources/resource.ts';

const NO_RULES: Strategy = {};

const STRATEGIES: Readonly<Record<string, Strategy>> = {};

/** The hooks of a kind; a kind without any is served from the schema table alone. */
export const strategyFor = ({ group, resource }: Resource): Strategy =>
  STRATEGIES[group === '' ? resource : `${resource}.${group}`] ?? NO_RULES;
