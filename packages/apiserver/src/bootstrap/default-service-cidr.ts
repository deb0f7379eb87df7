/** The ServiceCIDR that the API server makes of its own flag, and makes again where somebody deletes it. */
import {
  type Activity,
  type Clock,
  formatTime,
  type KubeObject,
  type ManagedFieldsEntry,
  type Random,
  type Timer,
} from '@towtank/apimachinery';
import type { ServerEvents } from '../events/server-events.ts';
import { deepEqual } from '../registry/deep-equal.ts';
import type { Storage } from '../storage/storage.ts';
import { SERVICE_CIDRS } from '../strategies/service/service-cidr-table.ts';
import type { BootstrapObject } from './bootstrap-objects.ts';

const NAME = 'kubernetes';
const COMPONENT = 'kubernetes-service-cidr-controller';
/** How often the real API server looks: what changes is put right when it would look next. */
const INTERVAL_MS = 10_000;

/** What the object is kept with. */
export interface DefaultServiceCidrOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly cidrs: readonly string[];
  readonly events: ServerEvents;
  readonly activity?: Activity | undefined;
}

/** The object as it is in a fresh cluster, before any controller has seen it. `now` is in milliseconds. */
export const defaultServiceCidr = (cidrs: readonly string[], now: number): BootstrapObject => ({
  prefix: SERVICE_CIDRS,
  key: NAME,
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: NAME, managedFields: managedFields(formatTime(now)) },
    spec: { cidrs: [...cidrs] },
    status: { conditions: [ready(now)] },
  },
});

/** The server writes the ranges, and the condition as one of its controllers. */
const managedFields = (time: string): ManagedFieldsEntry[] => {
  const common = { apiVersion: 'networking.k8s.io/v1', time, fieldsType: 'FieldsV1' };
  return [
    { manager: COMPONENT, operation: 'Apply', ...common, fieldsV1: CONDITION_FIELDS, subresource: 'status' },
    { manager: 'kube-apiserver', operation: 'Update', ...common, fieldsV1: { 'f:spec': { 'f:cidrs': {} } } },
  ];
};

const CONDITION_FIELDS = {
  'f:status': {
    'f:conditions': {
      'k:{"type":"Ready"}': { '.': {}, 'f:lastTransitionTime': {}, 'f:message': {}, 'f:status': {}, 'f:type': {} },
    },
  },
};

const ready = (now: number): object => ({
  type: 'Ready',
  status: 'True',
  lastTransitionTime: formatTime(now),
  reason: '',
  message: 'Kubernetes default Service CIDR is ready',
});

/** Follows the object; the result stops that. */
export function keepDefaultServiceCidr(options: DefaultServiceCidrOptions): () => void {
  const { storage, clock, activity } = options;
  const startedMs = clock.now();
  const reported = new Set<string>();
  let timer: Timer | undefined;
  const look = async (): Promise<void> => {
    const end = activity?.begin(COMPONENT);
    // Whoever wrote in between makes for another look.
    await putRight(options, reported).catch(() => {});
    end?.();
  };
  const stop = storage.watch(SERVICE_CIDRS, {}, storage.revision, {
    event({ stored }) {
      if (stored.key !== NAME || timer !== undefined) return;
      timer = clock.schedule(INTERVAL_MS - ((clock.now() - startedMs) % INTERVAL_MS), () => {
        timer = undefined;
        void look();
      });
    },
  });
  return () => {
    stop();
    timer?.cancel();
  };
}

async function putRight(options: DefaultServiceCidrOptions, reported: Set<string>): Promise<void> {
  const { storage, clock, random, cidrs } = options;
  const stored = await storage.get(SERVICE_CIDRS, NAME);
  if (stored === undefined) {
    const { object } = defaultServiceCidr(cidrs, clock.now());
    const metadata = { ...object.metadata, uid: random.uuid(), creationTimestamp: formatTime(clock.now()) };
    await storage.create(SERVICE_CIDRS, NAME, { ...object, metadata });
    return;
  }
  const { object } = stored;
  const held: readonly string[] = object.spec?.cidrs ?? [];
  if (cidrs.length === 2 && held.length === 1 && held[0] === cidrs[0]) {
    await storage.update(SERVICE_CIDRS, NAME, stored, { ...object, spec: { ...object.spec, cidrs: [...cidrs] } });
    return;
  }
  if (object.metadata.deletionTimestamp !== undefined) return;
  const condition = conditionOf(object);
  const problem = problemOf(held, cidrs, condition);
  if (problem !== undefined) {
    if (!reported.has(problem.kind))
      await options.events.warn(object, { component: COMPONENT, reason: problem.reason, message: problem.message });
    reported.add(problem.kind);
  } else if (condition === undefined || condition.status === 'Unknown') {
    const others = (object.status?.conditions ?? []).filter(({ type }: Condition) => type !== 'Ready');
    const status = { ...object.status, conditions: [...others, ready(clock.now())] };
    await storage.update(SERVICE_CIDRS, NAME, stored, { ...object, status });
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const conditionOf = ({ status }: KubeObject): Condition | undefined =>
  status?.conditions?.find(({ type }: Condition) => type === 'Ready');

/** What only the administrator can put right, and is told of once. */
function problemOf(
  held: readonly string[],
  cidrs: readonly string[],
  condition: Condition | undefined,
): { readonly kind: string; readonly reason: string; readonly message: string } | undefined {
  if (!deepEqual(held, cidrs))
    return {
      kind: 'ranges',
      reason: 'KubernetesDefaultServiceCIDRInconsistent',
      message: `The default ServiceCIDR ${goText(held)} does not match the controller flag configurations ${goText(cidrs)}`,
    };
  if (condition?.status !== 'False') return undefined;
  const { reason = '', message = '' } = condition;
  return { kind: 'condition', reason, message: `Configuration matches, but ${message}` };
}

/** A list as Go prints it. */
const goText = (texts: readonly string[]): string => `[${texts.join(' ')}]`;
