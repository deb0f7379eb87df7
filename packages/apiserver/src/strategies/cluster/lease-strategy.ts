/** Leases: who leads, and for how long. */
import { invalidValue, type KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, type Errors } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';

function checkLease(errors: Errors, { spec = {} }: KubeObject): void {
  const { leaseDurationSeconds: seconds, leaseTransitions } = spec;
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  checkNonNegative(errors, 'spec.leaseTransitions', leaseTransitions);
}

/** Elections that servers coordinate are switched off (`CoordinatedLeaderElection`): what is said of them is not kept. */
function dropCoordination({ spec }: KubeObject): void {
  if (spec === undefined) return;
  delete spec.strategy;
  delete spec.preferredHolder;
}

/** The strategy of Leases. */
export const leaseStrategy: Strategy = {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  takesAnyFinalizer: true,
  prepareForCreate: dropCoordination,
  prepareForUpdate: dropCoordination,
  validate: rules(checkLease),
};
