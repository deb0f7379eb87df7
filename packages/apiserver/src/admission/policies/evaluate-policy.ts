/** What a policy makes of a request: the messages of the validations that do not hold. */
import type { KubeObject } from '@towtank/apimachinery';
import type { CelModules } from '../../customresources/cel/load-cel.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { requestBindings } from '../matching/admission-request.ts';
import { celOf, conditionsHold, expressionOf, type Outcome, run, type Scope } from '../matching/expression.ts';
import type { MatchedVersion } from '../matching/resource-rules.ts';
import type { PolicySpec, Validation } from './policy-set.ts';

/** A validation that does not hold, or that cannot be told. */
export interface Denial {
  readonly message: string;
  /** `Forbidden`, `RequestEntityTooLarge`; undefined is `Invalid`. */
  readonly reason?: string | undefined;
}

/** What a policy looks at. */
export interface Subject {
  readonly attributes: AdmissionAttributes;
  readonly seen: MatchedVersion;
  readonly params: KubeObject | null;
  readonly namespace: KubeObject | undefined;
}

/** What the expressions of a policy may speak of. */
export function policyScope({ paramKind, variables = [] }: PolicySpec): Scope {
  const names = ['object', 'oldObject', 'request', 'namespaceObject', ...(paramKind === undefined ? [] : ['params'])];
  return { names, variables: variables.map(({ name }) => name) };
}

/** The denials of a policy, in the order of its validations. */
export async function evaluatePolicy(
  spec: PolicySpec,
  { attributes, seen, params, namespace }: Subject,
  modules: CelModules,
): Promise<Denial[]> {
  const scope = policyScope(spec);
  const convert = (value: unknown): unknown => celOf(value, modules);
  const evaluation = new Evaluation(spec, scope, {
    modules,
    bindings: {
      ...requestBindings(attributes, seen, convert),
      ...(spec.paramKind === undefined ? {} : { params: convert(params) }),
      namespaceObject: convert(namespace === undefined ? null : shownNamespace(namespace)),
    },
  });
  const fails = spec.failurePolicy !== 'Ignore';
  const holds = await conditionsHold(spec.matchConditions ?? [], () => evaluation.bindings, scope);
  if (typeof holds !== 'boolean') return fails ? [{ message: holds.error }] : [];
  if (!holds) return [];
  return (spec.validations ?? []).flatMap((validation) => evaluation.denial(validation, fails) ?? []);
}

interface Values {
  readonly modules: CelModules;
  readonly bindings: Record<string, unknown>;
}

/** One policy on one request. */
class Evaluation {
  readonly bindings: Record<string, unknown>;
  readonly #scope: Scope;
  readonly #modules: CelModules;
  /** What went wrong with variables, by name. */
  readonly #failed = new Map<string, string>();

  constructor({ variables = [] }: PolicySpec, scope: Scope, { modules, bindings }: Values) {
    this.#scope = scope;
    this.#modules = modules;
    const values = new Map<string, unknown>();
    this.bindings = { ...bindings, variables: values };
    for (const { name, expression } of variables) {
      const outcome = this.#run(expression, 'dyn');
      if ('error' in outcome)
        this.#failed.set(name, outcome.error.replace(/^expression '.*' resulted in error: /s, ''));
      else values.set(name, outcome.value);
    }
  }

  denial(validation: Validation, fails: boolean): Denial | undefined {
    const outcome = this.#run(validation.expression, 'bool');
    if ('error' in outcome) return fails ? { message: outcome.error } : undefined;
    if (outcome.value === true) return undefined;
    return { message: this.#messageOf(validation), reason: validation.reason };
  }

  /** The message that the policy computes, the one that it states, or the expression itself. */
  #messageOf({ messageExpression, message, expression }: Validation): string {
    const outcome = messageExpression ? this.#run(messageExpression, 'string') : undefined;
    const computed = outcome !== undefined && 'value' in outcome ? outcome.value : undefined;
    const text = typeof computed === 'string' ? computed.trim() : '';
    if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
    return message?.trim() || `failed expression: ${expression.trim()}`;
  }

  /** A variable that has no value is what an expression that speaks of it fails by. */
  #run(text: string, wanted: string): Outcome {
    const outcome = run(expressionOf(text, wanted, this.#scope, this.#modules), this.bindings, this.#modules);
    if ('value' in outcome) return outcome;
    for (const [name, why] of this.#failed)
      if (new RegExp(`\\bvariables\\.${name}\\b`).test(text)) {
        const error = `composited variable ${JSON.stringify(name)} fails to evaluate: ${why}`;
        return { error: `expression '${text}' resulted in error: ${error}` };
      }
    return outcome;
  }
}

const MAX_MESSAGE_BYTES = 5 * 1024;

/** A namespace without what concerns only its writers. */
function shownNamespace({ metadata, spec, status }: KubeObject): object {
  const { managedFields: _, ownerReferences: __, ...shown } = metadata;
  return { metadata: shown, spec, status };
}
