/** ValidatingAdmissionPolicies: rules in the Common Expression Language that the server itself runs. */
import { StatusError } from '@towtank/apimachinery';
import { loadCel } from '../../customresources/cel/load-cel.ts';
import type { ResourceCatalog } from '../../resources/catalog.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { refusal } from '../admission-refusal.ts';
import { askedVersion, isExempt, type MatchedVersion, matchRules, namespaceOf } from '../matching/resource-rules.ts';
import { selectsRequest } from '../matching/selectors.ts';
import { type Denial, evaluatePolicy } from './evaluate-policy.ts';
import { findParams, paramResource } from './find-params.ts';
import type { Binding, MatchResources, Policy, PolicySet } from './policy-set.ts';

/** What policies are found and kept by. */
export interface PolicyParts {
  readonly policies: PolicySet;
  readonly catalog: ResourceCatalog;
  readonly reader: ObjectReader;
}

/** A policy that says no, and by which binding. */
interface Refusal extends Denial {
  readonly policy: string;
  readonly binding?: string;
}

/** Refuses, or warns of, what policies do not allow. The first refusal is the one that is answered. */
export const validatingPolicies = (parts: PolicyParts): AdmissionPlugin => ({
  name: 'ValidatingAdmissionPolicy',
  validate(attributes) {
    const policies = parts.policies.all();
    if (policies.length === 0 || isExempt(attributes)) return undefined;
    const matched = policies.flatMap((policy) => {
      const seen = versionFor(policy.spec.matchConstraints ?? {}, attributes, parts);
      return seen === undefined ? [] : [{ policy, seen }];
    });
    return matched.length === 0 ? undefined : dispatch(matched, attributes, parts);
  },
});

/** The version in which a policy sees the request; undefined when it is not about it. */
function versionFor(
  match: MatchResources,
  attributes: AdmissionAttributes,
  { catalog, reader }: PolicyParts,
): MatchedVersion | undefined {
  const { matchPolicy, resourceRules = [], excludeResourceRules = [] } = match;
  const by = { catalog, matchPolicy };
  if (matchRules(excludeResourceRules, attributes, by) !== undefined) return undefined;
  const seen = resourceRules.length === 0 ? askedVersion(attributes) : matchRules(resourceRules, attributes, by);
  return seen !== undefined && selectsRequest(match, attributes, reader) ? seen : undefined;
}

interface Matched {
  readonly policy: Policy;
  readonly seen: MatchedVersion;
}

async function dispatch(
  matched: readonly Matched[],
  attributes: AdmissionAttributes,
  parts: PolicyParts,
): Promise<void> {
  const refusals: Refusal[] = [];
  for (const one of matched) refusals.push(...(await refusalsOf(one, attributes, parts)));
  const [first] = refusals;
  if (first !== undefined) throw refused(first, attributes);
}

async function refusalsOf(
  { policy, seen }: Matched,
  attributes: AdmissionAttributes,
  parts: PolicyParts,
): Promise<Refusal[]> {
  const { name, spec } = policy;
  const fails = spec.failurePolicy !== 'Ignore';
  try {
    if (spec.paramKind !== undefined) paramResource(spec.paramKind, parts);
  } catch (reason) {
    return fails ? [{ policy: name, message: `failed to configure policy: ${(reason as Error).message}` }] : [];
  }
  const refusals: Refusal[] = [];
  for (const binding of policy.bindings) {
    if (versionFor(binding.spec.matchResources ?? {}, attributes, parts) === undefined) continue;
    try {
      const denials = await denialsOf(policy, binding, { attributes, seen, parts });
      refusals.push(...act(denials, name, binding, attributes));
    } catch (reason) {
      const message = `failed to configure binding: ${(reason as Error).message}`;
      if (fails) refusals.push({ message, policy: name, binding: binding.name });
    }
  }
  return refusals;
}

interface Asked {
  readonly attributes: AdmissionAttributes;
  readonly seen: MatchedVersion;
  readonly parts: PolicyParts;
}

/** Rejects with what is wrong with the parameters. */
async function denialsOf(
  { spec }: Policy,
  binding: Binding,
  { attributes, seen, parts }: Asked,
): Promise<readonly Denial[]> {
  const { resource, namespace: requestNamespace } = attributes;
  const isNamespace = resource.group === '' && resource.resource === 'namespaces';
  const found = findParams(spec, binding.spec.paramRef, { ...parts, namespace: namespaceOf(attributes) });
  const namespace =
    isNamespace || requestNamespace === '' ? undefined : parts.reader.get('namespaces', requestNamespace);
  const modules = await loadCel();
  const denials: Denial[] = [];
  for (const params of found)
    denials.push(...(await evaluatePolicy(spec, { attributes, seen, params, namespace }, modules)));
  return denials;
}

/** Does what the binding says: `Warn` tells the client, `Audit` nobody, because there is no audit log. */
function act(
  denials: readonly Denial[],
  policy: string,
  { name: binding, spec: { validationActions = [] } }: Binding,
  { warn }: AdmissionAttributes,
): Refusal[] {
  if (validationActions.includes('Warn'))
    for (const { message } of denials)
      warn(`Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`);
  return validationActions.includes('Deny') ? denials.map((denial) => ({ ...denial, policy, binding })) : [];
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

/** The refusal of any plugin, with the reason of the policy and its code. */
function refused(
  { policy, binding, message, reason = 'Invalid' }: Refusal,
  attributes: AdmissionAttributes,
): StatusError {
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const error = refusal(attributes, text);
  const details = { ...error.details, causes: [{ message: text }] };
  return new StatusError(CODES[reason] ?? 422, reason, error.message, { details });
}
