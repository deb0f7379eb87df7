/** APIServices: who serves a version of a group. */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  invalidValue,
  type KubeObject,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkSupported, type Errors, inRangeMessage } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';

const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;
const MAX_PORT = 65_535;

function checkApiService(errors: Errors, { metadata, spec = {} }: KubeObject): void {
  const { group = '', version = '', service, insecureSkipTLSVerify, caBundle } = spec;
  const name = `${version}.${group}`;
  if (metadata.name !== name)
    errors.push(invalidValue('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: "${name}"`));
  if (group !== '') checkName(errors, 'spec.group', group, dns1123SubdomainErrors);
  else if (version !== 'v1')
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  checkName(errors, 'spec.version', version, dns1035LabelErrors);
  checkPriority(errors, 'spec.groupPriorityMinimum', spec.groupPriorityMinimum ?? 0, MAX_GROUP_PRIORITY);
  checkPriority(errors, 'spec.versionPriority', spec.versionPriority ?? 0, MAX_VERSION_PRIORITY);
  if (service === undefined) {
    if (caBundle)
      errors.push(
        invalidValue('spec.caBundle', `${caBundle.length} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (insecureSkipTLSVerify)
      errors.push(
        invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    return;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  checkServicePort(errors, 'spec.service.port', service.port ?? 0);
  if (insecureSkipTLSVerify && caBundle)
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}

function checkServicePort(errors: Errors, field: string, port: number): void {
  if (port < 1 || port > MAX_PORT)
    errors.push(invalidValue(field, port, `port is not valid: ${inRangeMessage(1, MAX_PORT)}`));
}

function checkPriority(errors: Errors, field: string, priority: number, max: number): void {
  if (priority <= 0 || priority > max)
    errors.push(invalidValue(field, priority, `must be positive and less than ${max}`));
}

/** The strategy of APIServices. */
export const apiServiceStrategy: Strategy = {
  validate: rules(checkApiService),
  validateStatusUpdate: rules((errors, { status }) => {
    for (const [index, condition] of (status?.conditions ?? []).entries())
      checkSupported(errors, `status.conditions[${index}].status`, condition.status, ['True', 'False', 'Unknown']);
  }),
};
