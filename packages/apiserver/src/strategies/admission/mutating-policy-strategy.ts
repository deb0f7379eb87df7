/** MutatingAdmissionPolicies and their bindings: changes that users write themselves. */
import { invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkChoice, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkBindingSpec, checkPolicySpec } from './policy-rules.ts';

/** What is deleted cannot be changed. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const REINVOCATIONS = ['IfNeeded', 'Never'];
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
/** Where the patch of each type stands. */
const PATCHES: ReadonlyMap<string, readonly [own: string, other: string]> = new Map([
  ['JSONPatch', ['jsonPatch', 'applyConfiguration']],
  ['ApplyConfiguration', ['applyConfiguration', 'jsonPatch']],
]);

function checkPolicy(errors: Errors, { spec = {} }: KubeObject, old?: KubeObject): void {
  const { mutations = [], reinvocationPolicy } = spec;
  checkPolicySpec(errors, spec, old?.spec);
  checkOperations(errors, 'spec.matchConstraints', spec.matchConstraints);
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  for (const [index, mutation] of mutations.entries()) checkMutation(errors, `spec.mutations[${index}]`, mutation);
  checkChoice(errors, 'spec.reinvocationPolicy', reinvocationPolicy, REINVOCATIONS);
}

function checkOperations(errors: Errors, field: string, match: Fields = {}): void {
  for (const { operations = [] } of match.resourceRules ?? [])
    for (const operation of operations)
      if (!OPERATIONS.includes(operation))
        errors.push(notSupported(`${field}.resourceRules.operations`, operation, OPERATIONS));
}

function checkMutation(errors: Errors, field: string, mutation: Fields): void {
  const { patchType = '' } = mutation;
  checkChoice(errors, `${field}.patchType`, patchType, PATCH_TYPES);
  const [own, other] = PATCHES.get(patchType) ?? [];
  if (own === undefined || other === undefined) return;
  if (mutation[own] === undefined)
    errors.push(required(`${field}.${own}`, `must be specified when patchType is ${patchType}`));
  else if ((mutation[own].expression ?? '').trim() === '')
    errors.push(required(`${field}.${own}.expression`, 'expression is not specified'));
  if (mutation[other] !== undefined)
    errors.push(
      invalidValue(
        `${field}.${other}`,
        shownPatch(mutation[other]),
        `must not be specified when patchType is ${patchType}`,
      ),
    );
}

const shownPatch = ({ expression = '' }: Fields): object => ({ Expression: expression });

/** The strategy of MutatingAdmissionPolicies. */
export const mutatingPolicyStrategy: Strategy = {
  validate: rules((errors, policy) => checkPolicy(errors, policy)),
  validateUpdate: changeRules(checkPolicy),
  warnings: () => ['this server stores MutatingAdmissionPolicies but does not apply them'],
};

/** The strategy of MutatingAdmissionPolicyBindings. */
export const mutatingBindingStrategy: Strategy = {
  validate: rules((errors, { spec = {} }) => {
    checkBindingSpec(errors, spec);
    checkOperations(errors, 'spec.matchResources', spec.matchResources);
  }),
};
