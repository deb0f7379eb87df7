/** A controller of a test's own: a definition, an informer on its objects, and a status that it writes. */
import { Activity, type KubeObject, realClock } from '@towtank/apimachinery';
import { InformerFactory } from '@towtank/client';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('custom resources');
const ROCKETS = { group: 'acme.io', version: 'v1', resource: 'rockets' };
const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: rockets.acme.io }
spec:
  group: acme.io
  scope: Namespaced
  names: { plural: rockets, kind: Rocket }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { stages: { type: integer, default: 2 } } }
            status: { type: object, properties: { ready: { type: boolean } } }
`;
const rocket = (name: string, namespace = 'default'): KubeObject => ({
  apiVersion: 'acme.io/v1',
  kind: 'Rocket',
  metadata: { name, namespace },
  spec: {},
});

async function startPad(): Promise<Cluster> {
  const cluster = await startCluster({ port: false, nodes: 0 });
  await cluster.apply(DEFINITION);
  return cluster;
}

test('an informer sees what comes, what changes and what goes with its definition', async () => {
  await using cluster = await startPad();
  const rockets = cluster.client.resource(ROCKETS);
  const informers = new InformerFactory({ client: cluster.client, activity: new Activity(), clock: realClock });
  const seen: string[] = [];
  informers.informer(ROCKETS).addHandler({
    added: ({ metadata, spec }) => void seen.push(`added ${metadata.name} with ${spec.stages}`),
    updated: (_, { status }) => void seen.push(`ready: ${status?.ready}`),
    deleted: ({ metadata }) => void seen.push(`deleted ${metadata.name}`),
  });
  await informers.start();
  await rockets.create(rocket('one'));
  await rockets.patch(
    'one',
    { status: { ready: true } },
    { namespace: 'default', type: 'merge', subresource: 'status' },
  );
  await cluster.client.resource(DEFINITIONS).delete('rockets.acme.io');
  await cluster.settled();
  await informers.close();
  assert.equal(seen, ['added one with 2', 'ready: true', 'deleted one']);
});

test('objects go with their namespace and with their owner', async () => {
  await using cluster = await startPad();
  const rockets = cluster.client.resource(ROCKETS);
  await cluster.apply('apiVersion: v1\nkind: Namespace\nmetadata: { name: pad }');
  await rockets.create(rocket('one', 'pad'));
  const owner = await rockets.create(rocket('owner'));
  const { apiVersion = '', kind = '' } = owner;
  const { name = '', uid = '' } = owner.metadata;
  const owned = rocket('owned');
  await rockets.create({
    ...owned,
    metadata: { ...owned.metadata, ownerReferences: [{ apiVersion, kind, name, uid }] },
  });
  await cluster.settled();
  await cluster.client.resource({ group: '', version: 'v1', resource: 'namespaces' }).delete('pad');
  await rockets.delete('owner', { namespace: 'default' });
  await cluster.settled();
  assert.equal((await rockets.list()).items, []);
});

test.run();
