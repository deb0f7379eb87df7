/** What a write carries through the registry. */
import type { KubeObject } from '@towtank/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/admission.ts';
import type { ServedResource } from '../resources/catalog.ts';
import type { StrategyContext } from './strategy.ts';

/** A write on its way: the strategy's context, the admission chain and the options of the request. */
export interface WriteContext extends StrategyContext {
  readonly name: string;
  /** The version that is asked for; undefined for writes of the server's own. */
  readonly served?: ServedResource | undefined;
  readonly admission: readonly AdmissionPlugin[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What admission is told about this write. Field by field: spreading the context costs as much as all plugins together. */
export function admissionAttributes(
  context: WriteContext,
  operation: AdmissionAttributes['operation'],
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): AdmissionAttributes {
  return {
    operation,
    resource: context.resource,
    served: context.served,
    subresource: context.subresource,
    namespace: context.namespace,
    name: context.name || object?.metadata.name || '',
    object,
    oldObject,
    user: context.user,
    dryRun: context.dryRun,
    options: context.options,
    round: { isSecond: false, wantsSecond: false },
    warn: context.warn,
  };
}

/** Runs the mutating half of the chain, in order; twice where a webhook has changed what plugins before it have seen. */
export function admit(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes): void | Promise<void> {
  return run('admit', plugins, attributes)?.then(() => {
    const { round } = attributes;
    if (!round.wantsSecond) return undefined;
    round.isSecond = true;
    return run('admit', plugins, attributes);
  });
}

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
