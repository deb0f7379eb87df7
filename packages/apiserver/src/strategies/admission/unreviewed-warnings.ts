/** What users are told of rules that nothing will ever come of here. */
import { isReviewed, type ResourceRule } from '../../admission/matching/resource-rules.ts';

/** A warning for each part of a rule that is about requests which are not reviewed. Stars are taken for what they reach. */
export const unreviewedWarnings = (rules: readonly ResourceRule[], field: string): string[] =>
  rules.flatMap(({ operations = [], resources = [] }, index) => [
    ...(operations.includes('CONNECT')
      ? [`${field}[${index}].operations: CONNECT is not reviewed by this server`]
      : []),
    ...resources.flatMap((resource, at) => {
      const subresource = resource.split('/')[1] ?? '';
      const isNamed = subresource !== '*' && !isReviewed(subresource);
      return isNamed ? [`${field}[${index}].resources[${at}]: ${resource} is not reviewed by this server`] : [];
    }),
  ]);
