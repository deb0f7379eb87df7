/** The policies of a cluster at hand, each with its bindings. */
import type { LabelSelector } from '@towtank/apimachinery';
import type { Storage } from '../../storage/storage.ts';
import type { MatchCondition } from '../matching/expression.ts';
import type { ResourceRule } from '../matching/resource-rules.ts';
import type { Selectors } from '../matching/selectors.ts';

/** Which requests a policy or a binding is about. */
export interface MatchResources extends Selectors {
  readonly matchPolicy?: string;
  readonly resourceRules?: readonly ResourceRule[];
  readonly excludeResourceRules?: readonly ResourceRule[];
}

/** A rule of a policy. */
export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}

/** The `spec` of a ValidatingAdmissionPolicy after defaults. */
export interface PolicySpec {
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly MatchCondition[];
  readonly validations?: readonly Validation[];
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  readonly failurePolicy?: string;
}

/** How a binding finds the parameters of its policy. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly parameterNotFoundAction?: string;
}

/** The `spec` of a ValidatingAdmissionPolicyBinding. */
export interface BindingSpec {
  readonly policyName: string;
  readonly matchResources?: MatchResources;
  readonly validationActions?: readonly string[];
  readonly paramRef?: ParamRef;
}

/** A binding under its name. */
export interface Binding {
  readonly name: string;
  readonly spec: BindingSpec;
}

/** A policy that at least one binding puts into effect. */
export interface Policy {
  readonly name: string;
  readonly spec: PolicySpec;
  readonly bindings: readonly Binding[];
}

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;

/** Follows policies and bindings. */
export class PolicySet {
  readonly #storage: Storage;
  readonly #stops: readonly (() => void)[];
  #policies: readonly Policy[] | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
    const forget = (): void => {
      this.#policies = undefined;
    };
    this.#stops = [POLICIES, BINDINGS].map((prefix) => storage.watch(prefix, {}, storage.revision, { event: forget }));
  }

  /** All policies in effect, by name. */
  all(): readonly Policy[] {
    this.#policies ??= this.#read();
    return this.#policies;
  }

  /** Stops following. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  #read(): readonly Policy[] {
    const bindings = this.#named<BindingSpec>(BINDINGS);
    return this.#named<PolicySpec>(POLICIES)
      .map((policy) => ({ ...policy, bindings: bindings.filter(({ spec }) => spec.policyName === policy.name) }))
      .filter((policy) => policy.bindings.length > 0);
  }

  #named<Spec>(prefix: string): { readonly name: string; readonly spec: Spec }[] {
    return this.#storage
      .peekAll(prefix, {})
      .map(({ object }) => ({ name: object.metadata.name ?? '', spec: (object.spec ?? {}) as Spec }));
  }
}
