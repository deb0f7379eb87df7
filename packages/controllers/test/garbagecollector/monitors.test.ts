import { Activity, FakeClock, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { type DiscoveredResource, discoveryMapper, InformerFactory, KubeClient } from '@towtank/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Monitors } from '../../src/garbagecollector/monitors.ts';

const test = suite('monitors of the garbage collector');

const ROLES = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' };

test('resources that come to be served are followed, those that no longer are are forgotten', async () => {
  const clock = new FakeClock();
  const activity = new Activity();
  const apiServer = await buildApiServer({ clock, activity, random: seededRandom('server') });
  const client = new KubeClient({ transport: apiServer.transport({ name: 'gc', groups: ['system:masters'] }) });
  await using informers = new InformerFactory({ client, clock, activity });
  const all = await discoveryMapper(client).resources();
  let served: readonly DiscoveredResource[] = [];
  const mapper = { resources: async () => served, refresh: async () => served, resourceOf: async () => undefined };
  const seen: string[] = [];
  const monitors = new Monitors(informers, mapper, {
    observed: ({ resource }, { metadata }) => void seen.push(`${resource} ${metadata.name}`),
    gone: ({ metadata }) => void seen.push(`gone ${metadata.name}`),
  });
  const roles = client.resource(ROLES);
  const role = (name: string): Promise<unknown> =>
    roles.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: [] });

  await monitors.sync();
  assert.equal(seen, []);
  served = all.filter(({ resource }) => resource === 'clusterroles' || resource === 'events');
  await monitors.sync();
  assert.ok(seen.includes('clusterroles view'), 'what is there already is told');
  assert.not.ok(seen.some((line) => line.startsWith('events')));

  await role('reader');
  await activity.settled();
  assert.is(seen.at(-1), 'clusterroles reader');
  const before = informers.informer(ROLES);
  served = [];
  await monitors.sync();
  await role('writer');
  await activity.settled();
  assert.is(seen.at(-1), 'clusterroles reader');
  assert.is.not(informers.informer(ROLES), before, 'the informer has been closed with its resource');
  monitors.close();
  apiServer.close();
});

test.run();
