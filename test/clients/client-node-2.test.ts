/**
 * @kubernetes/client-node, version 2, works from a process of its own, under a Node that is new enough for it.
 * @deadline 120 s
 */
import { resolve } from 'node:path';
import { startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeRelease } from '../../scripts/node-release.ts';
import { Workplace } from './_tools.ts';

const test = suite('@kubernetes/client-node 2');

test('CRUD, watch and informer', async () => {
  await using cluster = await startCluster();
  using place = new Workplace(cluster.kubeconfig);
  const node = nodeRelease(process.cwd(), 24);
  const printed = await place.ok(node, [resolve('test/clients/programs/client-node-2.mjs')]);
  assert.equal(JSON.parse(printed), {
    events: ['ADDED 1', 'MODIFIED 2', 'DELETED 2'],
    namespaces: ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
  });
});

test.run();
