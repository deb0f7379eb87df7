/** All strategies of one cluster. */
import type { ServiceAllocators } from './service/service-allocation.ts';
import { createServiceStrategy } from './service/service-strategy.ts';
import { STATELESS_STRATEGIES, type StrategyTable } from './strategy-table.ts';

/** Puts the strategies together; `more` are those that are built elsewhere. */
export const buildStrategies = (allocators: ServiceAllocators, more: StrategyTable): StrategyTable => ({
  ...STATELESS_STRATEGIES,
  ...more,
  services: createServiceStrategy(allocators),
});
