/** IngressClasses: who implements Ingresses. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
  tooLong,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkReference } from './ingress-strategy.ts';

const MAX_CONTROLLER = 250;
const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

function checkClass(errors: Errors, { spec = {} }: KubeObject): void {
  checkController(errors, 'spec.controller', spec.controller ?? '');
  if (spec.parameters !== undefined) checkParameters(errors, 'spec.parameters', spec.parameters);
}

function checkController(errors: Errors, field: string, controller: string): void {
  if (controller === '') {
    errors.push(required(field));
    return;
  }
  if (controller.length > MAX_CONTROLLER) errors.push(tooLong(field, MAX_CONTROLLER));
  const slash = controller.indexOf('/');
  const [domain, path] = [controller.slice(0, slash), controller.slice(slash + 1)];
  if (slash <= 0 || path === '') {
    errors.push(invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    return;
  }
  checkName(errors, field, domain, dns1123SubdomainErrors);
  if (!new RegExp(`^${PATH}$`).test(path))
    errors.push(invalidValue(field, path, `Invalid path (regex used for validation is '${PATH}')`));
}

function checkParameters(errors: Errors, field: string, parameters: Fields): void {
  checkReference(errors, field, parameters);
  const { scope, namespace } = parameters;
  if (scope === undefined) errors.push(required(`${field}.scope`));
  else if (scope !== 'Cluster' && scope !== 'Namespace')
    errors.push(notSupported(`${field}.scope`, scope, ['Cluster', 'Namespace']));
  else if (scope === 'Cluster') {
    if (namespace !== undefined)
      errors.push(forbiddenField(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  } else if (namespace === undefined)
    errors.push(required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  else checkName(errors, `${field}.namespace`, namespace, dns1123LabelErrors);
}

/** The strategy of IngressClasses. */
export const ingressClassStrategy: Strategy = {
  metadataRulesOfUpdate: ['update', 'create'],
  validate: rules(checkClass),
  validateUpdate: changeRules((errors, next, old) => {
    checkUnchanged(errors, 'spec.controller', next.spec?.controller, old.spec?.controller);
    checkClass(errors, next);
  }),
};
