/** The StatefulSet controller: Pods with names, in order. */
import type { Clock } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { type ControllerRevision, RevisionHistory, templateOf } from '../controllerrevision/revision-history.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { msUntilNextAvailable, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { isNamespaceTerminating, isOvertaken } from '../write-failure.ts';
import { StatefulPods } from './stateful-pods.ts';
import { revisionNameOf, type StatefulSet, statefulSetKind, type VolumeClaim } from './stateful-set.ts';
import { statefulSetStatus } from './stateful-set-status.ts';
import { syncStatefulSet } from './stateful-set-sync.ts';

const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Keeps every StatefulSet's Pods and claims as its spec asks. */
export const startStatefulSetController = (context: ControllerContext): Controller =>
  new StatefulSetController(context);

class StatefulSetController implements Controller {
  readonly name = 'statefulset-controller';
  readonly #clock: Clock;
  readonly #sets: Informer<StatefulSet>;
  readonly #claims: Informer<VolumeClaim>;
  readonly #pods: OwnedObjects<StatefulSet, Pod>;
  readonly #revisions: RevisionHistory;
  readonly #resource: ResourceClient<StatefulSet>;
  readonly #claimResource: ResourceClient<VolumeClaim>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#sets = informers.informer<StatefulSet>(statefulSetKind.gvr);
    this.#claims = informers.informer<VolumeClaim>(CLAIMS);
    this.#pods = new OwnedObjects(context, statefulSetKind, PODS);
    this.#revisions = new RevisionHistory(context, { kind: statefulSetKind, hashLabel: HASH_LABEL });
    this.#resource = client.resource<StatefulSet>(statefulSetKind.gvr);
    this.#claimResource = client.resource<VolumeClaim>(CLAIMS);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'statefulsets', component: this.name, reconcile, workers: 5 });
    this.#loop.followKeys(this.#sets);
    this.#pods.follow(this.#loop);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  async #reconcile(key: string): Promise<void> {
    const set = this.#sets.get(key);
    if (set === undefined) return;
    try {
      await this.#sync(key, set);
    } catch (error) {
      if (!isOvertaken(error) && !isNamespaceTerminating(error)) throw error;
    }
  }

  async #sync(key: string, set: StatefulSet): Promise<void> {
    const nowMs = this.#clock.now();
    const pods = await this.#pods.claim(set);
    const known = this.#revisions.of(set);
    const { revision: update, collisions } = await this.#revisions.sync(set, known, set.status?.collisionCount);
    const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    const named = (revision: ControllerRevision): { revision: string; template: StatefulSet['spec']['template'] } => ({
      revision: revision.metadata.name ?? '',
      template: templateOf(revision) ?? set.spec.template,
    });
    const control = new StatefulPods({
      set,
      pods: this.#pods.resource,
      claims: this.#claimResource,
      claimNamed: (name) => this.#claims.get(name),
      events: this.#loop.events,
    });
    const steps = syncStatefulSet({ set, pods, current: named(current), update: named(update), control, nowMs });
    const failure = await steps.then(
      () => undefined,
      (error: unknown) => error,
    );
    const [currentRevision, updateRevision] = [current.metadata.name ?? '', update.metadata.name ?? ''];
    await this.#writeStatus(set, statefulSetStatus({ set, pods, currentRevision, updateRevision, collisions, nowMs }));
    if (failure !== undefined) throw failure;
    this.#wakeWhenAvailable(key, set, pods);
    await this.#revisions.trim(set, known, new Set([currentRevision, updateRevision, ...pods.map(revisionNameOf)]));
  }

  async #writeStatus(set: StatefulSet, status: StatefulSet['status']): Promise<void> {
    if (!semanticEqual(set.status, status)) await this.#resource.updateStatus({ ...set, ...(status && { status }) });
  }

  #wakeWhenAvailable(key: string, { spec }: StatefulSet, pods: readonly Pod[]): void {
    const waitMs = msUntilNextAvailable(pods, spec.minReadySeconds, this.#clock.now());
    if (waitMs !== undefined) this.#loop.queue.addAfter(key, waitMs);
  }
}
