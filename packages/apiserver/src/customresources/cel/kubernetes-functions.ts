/** The functions that Kubernetes adds to the language. */

import type { IpRange, Quantity } from '@towtank/apimachinery';
import { type FormatRule, formatFunctions } from './format-functions.ts';
import { listFunctions } from './list-functions.ts';
import type { CelModules } from './load-cel.ts';
import { networkFunctions } from './network-functions.ts';
import { type OpaqueType, opaqueTypes } from './opaque-types.ts';
import { quantityFunctions } from './quantity-functions.ts';
import { textFunctions } from './text-functions.ts';

/** A function as the evaluator takes it. */
export type CelFunction = ReturnType<CelModules['cel']['celFunc']>;

/** The values of the types that are Kubernetes' own. */
export interface KubernetesValues extends Record<string, unknown> {
  readonly quantity: Quantity;
  readonly ip: string;
  readonly cidr: { readonly range: IpRange; readonly text: string };
  readonly url: URL;
  readonly format: FormatRule;
  /** Undefined where the value is absent. */
  readonly optional: { readonly value: unknown } | undefined;
}

/** The types by name. */
export type KubernetesTypes = { readonly [K in keyof KubernetesValues]: OpaqueType<KubernetesValues[K]> };

/** An environment for rules, and how to make the values that only it can make. */
export interface KubernetesEnvironment {
  readonly env: ReturnType<CelModules['cel']['celEnv']>;
  /** A value that may be absent. */
  optional(value: unknown): unknown;
}

const environments = new WeakMap<CelModules, KubernetesEnvironment>();

/** The environment, made once. */
export function kubernetesEnvironment(modules: CelModules): KubernetesEnvironment {
  let environment = environments.get(modules);
  if (environment === undefined) {
    environment = makeEnvironment(modules);
    environments.set(modules, environment);
  }
  return environment;
}

function makeEnvironment(modules: CelModules): KubernetesEnvironment {
  const { cel, ext } = modules;
  const names = {
    quantity: 'kubernetes.Quantity',
    ip: 'net.IP',
    cidr: 'net.CIDR',
    url: 'kubernetes.URL',
    format: 'kubernetes.NamedFormat',
    optional: 'optional_type',
  };
  const types = opaqueTypes<KubernetesValues>(names as never, modules) as KubernetesTypes;
  let made = 0;
  const optional = (value: unknown): unknown => {
    made += 1;
    return types.optional.wrap(value === undefined ? undefined : { value }, String(made));
  };
  const env = cel.celEnv({
    funcs: [
      ...ext.strings,
      ...listFunctions(modules),
      ...textFunctions(modules, types),
      ...quantityFunctions(modules, types),
      ...networkFunctions(modules, types),
      ...optionalFunctions(modules, types),
      ...formatFunctions(modules, types, optional),
    ],
  });
  return { env: env as KubernetesEnvironment['env'], optional };
}

function optionalFunctions({ cel }: CelModules, { optional }: KubernetesTypes): CelFunction[] {
  const { BOOL, DYN } = cel.CelScalar;
  const type = (optional as OpaqueType<KubernetesValues['optional']>).type;
  const held = (value: unknown): KubernetesValues['optional'] => optional.unwrap(value) as KubernetesValues['optional'];
  return [
    cel.celMethod('hasValue', type, [], BOOL, function () {
      return held(this) !== undefined;
    }),
    cel.celMethod('value', type, [], DYN, function () {
      const found = held(this);
      if (found === undefined) throw new Error('optional.none() dereference');
      return found.value as never;
    }),
    cel.celMethod('orValue', type, [DYN], DYN, function (other) {
      return (held(this)?.value ?? other) as never;
    }),
  ];
}
