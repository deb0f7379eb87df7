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
export async function admit(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.admit?.(attributes);
    if (pending !== undefined) await pending;
  }
}

/** Runs the validating half of the chain, in order. */
export async function validateAdmission(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.validate?.(attributes);
    if (pending !== undefined) await pending;
  }
}
