/** Rules for the spec of a Job, also where it stands in the template of one. */
import { dns1123SubdomainErrors, invalidValue, notSupported, required, tooLong } from '@towtank/apimachinery';
import { checkPodTemplate } from '../pods/pod-template-rules.ts';
import { checkNoneNegative, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkFailurePolicy } from './failure-policy-rules.ts';
import { checkSuccessPolicy } from './success-policy-rules.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
/** Above so many completions with a limit for each index, fewer pods run and fewer indexes fail. */
const MANY_COMPLETIONS = 100_000;
const MAX_OF_MANY = 10_000;
const MAX_MANAGER_BYTES = 63;
const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const WHOLE_PATH = new RegExp(`^${PATH}$`);

/** What holds for every Job, but for its selector. */
export function checkJobSpec(errors: Errors, field: string, spec: Fields): void {
  checkNoneNegative(errors, field, spec, COUNTS);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) checkManager(errors, `${field}.managedBy`, spec.managedBy);
  checkCompletionMode(errors, field, spec);
  if (spec.podFailurePolicy !== undefined) checkFailurePolicy(errors, `${field}.podFailurePolicy`, spec);
  if (spec.successPolicy !== undefined) checkSuccessPolicy(errors, `${field}.successPolicy`, spec);
  checkReplacement(errors, `${field}.podReplacementPolicy`, spec);
  checkPodTemplate(errors, `${field}.template`, spec.template);
  checkRestartPolicy(errors, `${field}.template.spec.restartPolicy`, spec);
}

function checkManager(errors: Errors, field: string, manager: string): void {
  checkDomainPath(errors, field, manager);
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) errors.push(tooLong(field, MAX_MANAGER_BYTES));
}

/** A domain, a slash and a path. */
function checkDomainPath(errors: Errors, field: string, text: string): void {
  const slash = text.indexOf('/');
  if (text === '') errors.push(required(field));
  else if (slash <= 0 || slash === text.length - 1)
    errors.push(invalidValue(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else {
    const [domain, path] = [text.slice(0, slash), text.slice(slash + 1)];
    for (const message of dns1123SubdomainErrors(domain)) errors.push(invalidValue(field, domain, message));
    if (!WHOLE_PATH.test(path))
      errors.push(invalidValue(field, path, `Invalid path (regex used for validation is '${PATH}')`));
  }
}

function checkCompletionMode(errors: Errors, field: string, spec: Fields): void {
  checkSupported(errors, `${field}.completionMode`, spec.completionMode, ['NonIndexed', 'Indexed']);
  if (spec.completionMode === 'Indexed') checkIndexed(errors, field, spec);
  else if (spec.completionMode === undefined || spec.completionMode === 'NonIndexed')
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (spec[name] !== undefined)
        errors.push(invalidValue(`${field}.${name}`, spec[name], 'requires indexed completion mode'));
}

function checkIndexed(errors: Errors, field: string, spec: Fields): void {
  const { completions, parallelism, maxFailedIndexes } = spec;
  const limit = (name: string, value: number | undefined, most: number | string, when = ''): void =>
    void errors.push(invalidValue(`${field}.${name}`, value, `must be less than or equal to ${most}${when}`));
  if (completions === undefined) errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MAX_PARALLELISM)
    limit('parallelism', parallelism, MAX_PARALLELISM, ' when completion mode is Indexed');
  if (maxFailedIndexes > completions) limit('maxFailedIndexes', maxFailedIndexes, 'completions');
  if (maxFailedIndexes > MAX_FAILED_INDEXES) limit('maxFailedIndexes', maxFailedIndexes, MAX_FAILED_INDEXES);
  if (!(completions > MANY_COMPLETIONS) || spec.backoffLimitPerIndex === undefined) return;
  const when = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined)
    errors.push(
      required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`),
    );
  if (parallelism > MAX_OF_MANY) limit('parallelism', parallelism, MAX_OF_MANY, when);
  if (maxFailedIndexes > MAX_OF_MANY) limit('maxFailedIndexes', maxFailedIndexes, MAX_OF_MANY, when);
}

function checkReplacement(
  errors: Errors,
  field: string,
  { podReplacementPolicy: policy, podFailurePolicy }: Fields,
): void {
  if (policy === undefined) return;
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  checkSupported(errors, field, policy, supported);
}

function checkRestartPolicy(errors: Errors, field: string, spec: Fields): void {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') errors.push(required(field, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    errors.push(notSupported(field, policy, ['OnFailure', 'Never']));
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never')
    errors.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}
