/** Leases: who leads, and for how long. */
import { invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, type Errors } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';

const STRATEGIES = ['OldestEmulationVersion'];

function checkLease(errors: Errors, { spec = {} }: KubeObject): void {
  const { leaseDurationSeconds: seconds, leaseTransitions, strategy, preferredHolder } = spec;
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  checkNonNegative(errors, 'spec.leaseTransitions', leaseTransitions);
  if (strategy !== undefined && !STRATEGIES.includes(strategy) && !strategy.includes('/'))
    errors.push(
      invalidValue(
        'spec.strategy',
        strategy,
        'must be a valid strategy or a domain-prefixed key (such as "acme.io/foo")',
      ),
    );
  if (preferredHolder && !strategy)
    errors.push(required('spec.strategy', 'must be specified when `preferredHolder` is specified'));
}

/** The strategy of Leases. */
export const leaseStrategy: Strategy = { allowCreateOnUpdate: true, validate: rules(checkLease) };
