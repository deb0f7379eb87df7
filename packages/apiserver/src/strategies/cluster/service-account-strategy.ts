/** ServiceAccounts: names that pods act under. */
import type { Strategy } from '../../registry/strategy.ts';

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';
const MOUNTABLE_WARNING = `metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`;

/** The strategy of ServiceAccounts. */
export const serviceAccountStrategy: Strategy = {
  returnsDeletedObject: true,
  metadataRulesOfUpdate: ['update', 'create'],
  warnings: ({ metadata }) => (metadata.annotations?.[MOUNTABLE] === undefined ? [] : [MOUNTABLE_WARNING]),
};
