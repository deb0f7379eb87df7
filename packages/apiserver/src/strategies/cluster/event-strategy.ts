/** Events: what happened to an object, in the namespace of that object. */
import { invalidValue, type KubeObject, labelKeyErrors, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, type Errors } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const MAX_NAME = 128;
const MAX_NOTE = 1024;

/** Objects without a namespace have their events in `default`; the oldest clients say no namespace at all. */
function checkNamespace(errors: Errors, { metadata, involvedObject = {} }: KubeObject): void {
  const [own = '', involved = ''] = [metadata.namespace, involvedObject.namespace];
  const refuse = (): void =>
    void errors.push(invalidValue('involvedObject.namespace', involved, 'does not match event.namespace'));
  if (involved === '') {
    if (own !== '' && own !== 'default' && own !== 'kube-system') refuse();
  } else if (involved !== own) refuse();
}

/** Only events of the newer kind say when they happened, and must say more. */
function checkEvent(errors: Errors, event: KubeObject): void {
  checkNamespace(errors, event);
  if (event.eventTime === undefined || event.eventTime === null) return;
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', type = '', message = '' } = event;
  if (reportingComponent === '') errors.push(required('reportingController'));
  else checkName(errors, 'reportingController', reportingComponent, labelKeyErrors);
  if (reportingInstance === '') errors.push(required('reportingInstance'));
  for (const [field, value] of Object.entries({ reportingInstance, action, reason }))
    if (value.length > MAX_NAME)
      errors.push(
        invalidValue(
          field === 'reportingInstance' ? 'repotingIntance' : field,
          '',
          `can have at most ${MAX_NAME} characters`,
        ),
      );
  if (action === '') errors.push(required('action'));
  if (reason === '') errors.push(required('reason'));
  if (message.length > MAX_NOTE) errors.push(invalidValue('message', '', `can have at most ${MAX_NOTE} characters`));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
}

/** The strategy of Events, in the form of the core group. */
export const eventStrategy: Strategy = {
  allowCreateOnUpdate: true,
  validate: rules(checkEvent),
  validateUpdate: changeRules((errors, event) => checkNamespace(errors, event)),
};
