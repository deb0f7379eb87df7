/** The rules that the real API server has on unless told otherwise, in its order. */
import type { Clock, Random } from '@towtank/apimachinery';
import { objectReader } from '../storage/object-reader.ts';
import type { Storage } from '../storage/storage.ts';
import type { AdmissionPlugin } from './admission.ts';
import { claimResize, defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { defaultTolerations } from './default-tolerations.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { taintNewNodes } from './node-taints.ts';
import { priorityAdmission } from './priority-admission.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccountAdmission } from './service-account-admission.ts';

/** What the rules work with. */
export interface BuiltInAdmissionOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  /** Names of plugins to leave out, such as `ServiceAccount`. */
  readonly disabled?: readonly string[];
  /** Plugins that call out (webhooks, policies); they run before quotas are charged. */
  readonly dynamic?: readonly AdmissionPlugin[];
}

/** The plugins in order. */
export function builtInAdmission(options: BuiltInAdmissionOptions): readonly AdmissionPlugin[] {
  const { storage, clock, random, disabled = [], dynamic = [] } = options;
  const reader = objectReader(storage);
  return [
    namespaceLifecycle(reader),
    limitRanger(reader),
    serviceAccountAdmission({ storage, clock, random: random.fork('service-account-admission') }),
    taintNewNodes,
    priorityAdmission(reader),
    defaultTolerations,
    defaultStorageClass(reader),
    claimResize(reader),
    defaultIngressClass(reader),
    ...dynamic,
    resourceQuota(storage),
  ].filter(({ name }) => !disabled.includes(name));
}
