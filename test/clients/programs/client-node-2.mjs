/** What version 2 of @kubernetes/client-node does with the cluster of $KUBECONFIG; prints one line of JSON. */
import assert from 'node:assert/strict';
import { CoreV1Api, KubeConfig, makeInformer, Watch } from 'client-node-2';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const namespace = 'default';
const body = { metadata: { name: 'settings' }, data: { a: '1' } };

const events = [];
const { promise: seenAll, resolve } = Promise.withResolvers();
const watch = await new Watch(config).watch(
  `/api/v1/namespaces/${namespace}/configmaps`,
  { fieldSelector: 'metadata.name=settings' },
  (type, { data }) => {
    events.push(`${type} ${data.a}`);
    if (type === 'DELETED') resolve();
  },
  () => {},
);
const created = await core.createNamespacedConfigMap({ namespace, body });
await core.replaceNamespacedConfigMap({ namespace, name: 'settings', body: { ...created, data: { a: '2' } } });
await core.deleteNamespacedConfigMap({ namespace, name: 'settings' });
await seenAll;
watch.abort();

const informer = makeInformer(config, '/api/v1/namespaces', () => core.listNamespace());
await informer.start();
const namespaces = informer
  .list()
  .map(({ metadata }) => metadata.name)
  .sort();
await informer.stop();
await assert.rejects(core.readNamespacedConfigMap({ namespace, name: 'settings' }), { code: 404 });
console.log(JSON.stringify({ events, namespaces }));
