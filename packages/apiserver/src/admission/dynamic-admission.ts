/** The rules that users bring with them: webhooks and policies. */
import type { Clock, Random } from '@towtank/apimachinery';
import type { NodeConnector } from '../connect/node-connector.ts';
import type { ResourceCatalog } from '../resources/catalog.ts';
import { objectReader } from '../storage/object-reader.ts';
import type { Storage } from '../storage/storage.ts';
import type { AdmissionPlugin } from './admission.ts';
import { PolicySet } from './policies/policy-set.ts';
import { validatingPolicies } from './policies/validating-policies.ts';
import { mutatingWebhooks } from './webhooks/mutating-webhooks.ts';
import { validatingWebhooks } from './webhooks/validating-webhooks.ts';
import { WebhookHooks } from './webhooks/webhook-hooks.ts';

/** What the rules are found and kept by. */
export interface DynamicAdmissionOptions {
  readonly storage: Storage;
  readonly catalog: ResourceCatalog;
  readonly clock: Clock;
  readonly random: Random;
  /** The way to webhooks that are not on a loopback address. */
  readonly network: Pick<NodeConnector, 'dial'> | undefined;
}

/** The plugins in order, which follow the store until they are closed. */
export interface DynamicAdmission {
  readonly plugins: readonly AdmissionPlugin[];
  close(): void;
}

/** Begins to follow the configurations of a store. */
export function dynamicAdmission({ storage, ...options }: DynamicAdmissionOptions): DynamicAdmission {
  const mutating = new WebhookHooks(storage, 'mutatingwebhookconfigurations');
  const validating = new WebhookHooks(storage, 'validatingwebhookconfigurations');
  const policies = new PolicySet(storage);
  const parts = { ...options, reader: objectReader(storage) };
  return {
    plugins: [
      mutatingWebhooks({ ...parts, hooks: mutating }),
      validatingPolicies({ ...parts, policies }),
      validatingWebhooks({ ...parts, hooks: validating }),
    ],
    close() {
      for (const followed of [mutating, policies, validating]) followed.close();
    },
  };
}
