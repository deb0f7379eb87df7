/** What a write carries through the registry. */
import type { KubeObject } from '@towtank/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/admission.ts';
import type { StrategyContext } from './strategy.ts';

/** A write on its way: the strategy's context, the admission chain and the options of the request. */
export interface WriteContext extends StrategyContext {
  readonly name: string;
  readonly admission: readonly AdmissionPlugin[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What admission is told about this write. */
export function admissionAttributes(
  context: WriteContext,
  operation: AdmissionAttributes['operation'],
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): AdmissionAttributes {
  const { resource, subresource, namespace, user, dryRun, options, warn } = context;
  const name = context.name || object?.metadata.name || '';
  return { operation, resource, subresource, namespace, name, object, oldObject, user, dryRun, options, warn };
}

/** Runs the mutating half of the chain, in order. */
export const admit = (plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes): void | Promise<void> =>
  run('admit', plugins, attributes);

/** Runs the validating half of the chain, in order. */
export const validateAdmission = (
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): void | Promise<void> => run('validate', plugins, attributes);

/** Most plugins have nothing to wait for, and most writes no plugin that has. */
function run(
  half: 'admit' | 'validate',
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
  from = 0,
): void | Promise<void> {
  for (let at = from; at < plugins.length; at += 1) {
    const pending = plugins[at]?.[half]?.(attributes);
    if (pending !== undefined) return pending.then(() => run(half, plugins, attributes, at + 1));
  }
}
