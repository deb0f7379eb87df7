/** PriorityLevelConfigurations: how many requests of a kind are served at a time, and what becomes of the others. */
import { forbiddenField, invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkRange, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';
import { rules } from '../validation/rules.ts';
import { checkConditionTypes, fixedSpec } from './flow-control-rules.ts';

const MAX_QUEUES = 10_000_000;
const HASH_BITS = 60;

function checkLevel(errors: Errors, level: KubeObject): void {
  const { metadata, spec = {} } = level;
  const { type = '', limited, exempt } = spec;
  if ((metadata.name === 'exempt') !== (type === 'Exempt'))
    errors.push(invalidValue('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (type === 'Exempt') {
    if (limited !== undefined) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt !== undefined) checkExempt(errors, 'spec.exempt', exempt);
  } else if (type === 'Limited') {
    if (exempt !== undefined) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (limited === undefined) errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    else checkLimited(errors, 'spec.limited', limited);
  } else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  checkFixedLevel(errors, level);
  checkConditionTypes(errors, level);
}

/** Of the level of those who never wait, only how much it lends and borrows may change. */
function checkFixedLevel(errors: Errors, { metadata, spec }: KubeObject): void {
  const fixed = fixedSpec('prioritylevelconfigurations', { metadata });
  if (fixed === undefined) return;
  const own = metadata.name === 'exempt' ? { ...spec, exempt: fixed.exempt } : spec;
  if (deepEqual(own, fixed)) return;
  const except = metadata.name === 'exempt' ? " except the 'spec.exempt' field" : '';
  errors.push(
    invalidValue(
      'spec',
      internalForm('PriorityLevelConfigurationSpec', spec),
      `spec of '${metadata.name}'${except} must equal the fixed value`,
    ),
  );
}

const NOT_NEGATIVE = 'must be a non-negative integer';

function checkShares(errors: Errors, field: string, shares: number | undefined): void {
  if (shares !== undefined && shares < 0)
    errors.push(invalidValue(`${field}.nominalConcurrencyShares`, shares, NOT_NEGATIVE));
}

function checkExempt(errors: Errors, field: string, { nominalConcurrencyShares, lendablePercent }: Fields): void {
  checkShares(errors, field, nominalConcurrencyShares);
  checkRange(errors, `${field}.lendablePercent`, lendablePercent, 0, 100);
}

function checkLimited(errors: Errors, field: string, limited: Fields): void {
  const { lendablePercent, borrowingLimitPercent: borrowing } = limited;
  checkShares(errors, field, limited.nominalConcurrencyShares);
  const { type = '', queuing } = limited.limitResponse ?? {};
  const at = `${field}.limitResponse`;
  if (type !== 'Queue' && type !== 'Reject') errors.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
  else if (type === 'Reject') {
    if (queuing !== undefined)
      errors.push(forbiddenField(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (queuing === undefined)
    errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  else checkQueuing(errors, `${at}.queuing`, queuing);
  checkRange(errors, `${field}.lendablePercent`, lendablePercent, 0, 100);
  if (borrowing < 0)
    errors.push(invalidValue(`${field}.borrowingLimitPercent`, borrowing, `if specified, ${NOT_NEGATIVE}`));
}

/** A request's hand of queues is dealt from the bits of one hash, which are not many. */
function checkQueuing(errors: Errors, field: string, { queueLengthLimit = 0, queues = 0, handSize = 0 }: Fields): void {
  if (queueLengthLimit <= 0)
    errors.push(invalidValue(`${field}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalidValue(`${field}.queues`, queues, 'must be positive'));
  else if (queues > MAX_QUEUES)
    errors.push(invalidValue(`${field}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  const refuse = (why: string): void => void errors.push(invalidValue(`${field}.handSize`, handSize, why));
  if (handSize <= 0) refuse('must be positive');
  else if (handSize > queues) refuse(`should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS)
    refuse(
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`,
    );
}

/** The strategy of PriorityLevelConfigurations. */
export const priorityLevelStrategy: Strategy = {
  validate: rules(checkLevel),
  validateStatusUpdate: rules(checkConditionTypes),
};
