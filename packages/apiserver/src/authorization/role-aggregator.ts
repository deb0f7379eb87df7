/** Keeps aggregated ClusterRoles up to date. */
import type { Activity, Clock, Timer, Transport } from '@towtank/apimachinery';
import { staleAggregates } from './aggregated-roles.ts';
import { RBAC_GROUP } from './policy.ts';
import type { RbacCache } from './rbac-cache.ts';

/** What the aggregator works with. */
export interface RoleAggregatorOptions {
  readonly cache: RbacCache;
  /** Writes as the controller's user, {@link AGGREGATOR_USER}. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly activity?: Activity | undefined;
}

/** The user that aggregates roles in the real cluster; roles of a fresh cluster allow it to. */
export const AGGREGATOR_USER = 'system:serviceaccount:kube-system:clusterrole-aggregation-controller';

const MANAGER = 'clusterrole-aggregation-controller';
const RETRY_MS = 1000;

/** Starts to watch the roles; the result stops it. Changes of one turn are worked off together. */
export function startRoleAggregator({ cache, transport, clock, activity }: RoleAggregatorOptions): () => void {
  let finish: (() => void) | undefined;
  let retry: Timer | undefined;
  let closed = false;
  const run = async (): Promise<void> => {
    await Promise.resolve();
    try {
      for (let stale = staleAggregates(cache.clusterRoles()); stale.length > 0 && !closed; ) {
        for (const { name, rules } of stale) await applyRules(transport, name, rules);
        stale = staleAggregates(cache.clusterRoles());
      }
    } catch {
      retry = closed ? undefined : clock.schedule(RETRY_MS, begin);
    }
    finish?.();
    finish = undefined;
  };
  const begin = (): void => {
    if (finish !== undefined || closed) return;
    finish = activity?.begin(MANAGER) ?? (() => {});
    void run();
  };
  const stop = cache.onChange((kind) => {
    if (kind === 'clusterroles') begin();
  });
  return () => {
    closed = true;
    retry?.cancel();
    stop();
  };
}

async function applyRules(transport: Transport, name: string, rules: readonly object[]): Promise<void> {
  const response = await transport.request({
    method: 'PATCH',
    url: `/apis/${RBAC_GROUP}/v1/clusterroles/${encodeURIComponent(name)}?fieldManager=${MANAGER}&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    object: { apiVersion: `${RBAC_GROUP}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
  });
  if (response.status >= 300) throw new Error(`the rules of ClusterRole ${name} were not taken: ${response.status}`);
}
