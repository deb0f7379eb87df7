/** ControllerRevisions and PodTemplates: what workloads keep. */
import { type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkPodTemplate } from '../pods/pod-template-rules.ts';
import { templateWarnings } from '../pods/pod-warnings.ts';
import { checkNonNegative, checkUnchanged, type Errors } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

function checkNew(errors: Errors, { data, revision }: KubeObject): void {
  checkNonNegative(errors, 'revision', revision);
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (typeof data !== 'object' || Array.isArray(data))
    errors.push(required('data', 'data must be a valid JSON object'));
}

/** The strategy of ControllerRevisions. */
export const controllerRevisionStrategy: Strategy = {
  validate: rules(checkNew),
  validateUpdate: changeRules((errors, revision, old) => {
    checkNonNegative(errors, 'revision', revision.revision);
    checkUnchanged(errors, 'data', revision.data, old.data);
  }),
};

/** The strategy of PodTemplates. */
export const podTemplateStrategy: Strategy = {
  validate: rules((errors, { template }) => checkPodTemplate(errors, 'template', template ?? {})),
  warnings: ({ template }) => templateWarnings('template', template),
};
