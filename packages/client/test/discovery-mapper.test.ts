import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { discoveryMapper, KubeClient } from '../src/index.ts';

const test = suite('discovery mapper');

interface Rig {
  readonly client: KubeClient;
  readonly asked: string[];
}

function rigOf(documents: Record<string, object>): Rig {
  const asked: string[] = [];
  const transport = {
    async request({ url }: { url: string }) {
      asked.push(url);
      const object = documents[url];
      return { type: 'object' as const, status: 200, headers: {}, object, encode: () => new Uint8Array() };
    },
    close: async () => {},
  };
  return { client: new KubeClient({ transport }), asked };
}

const row = (resource: string, kind: string): object => ({
  resource,
  responseKind: { kind },
  scope: 'Namespaced',
  verbs: ['get', 'list'],
  subresources: [{ subresource: 'status' }],
});

const AGGREGATED = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [{ metadata: {}, versions: [{ version: 'v1', resources: [row('pods', 'Pod')] }] }],
  },
  '/apis': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'batch' },
        versions: [
          { version: 'v1', resources: [row('jobs', 'Job')] },
          { version: 'v1beta1', resources: [row('jobs', 'Job'), row('cronjobs', 'CronJob')] },
        ],
      },
    ],
  },
};

test('aggregated discovery costs two requests, and the first version of a resource is preferred', async () => {
  const { client, asked } = rigOf(AGGREGATED);
  const mapper = discoveryMapper(client);
  const rows = await mapper.resources();
  assert.equal(
    rows.map(({ version, resource, preferred }) => `${resource} ${version} ${preferred}`),
    ['pods v1 true', 'jobs v1 true', 'jobs v1beta1 false', 'cronjobs v1beta1 true'],
  );
  assert.equal(rows[0]?.subresources, ['status']);
  await mapper.resourceOf({ group: 'batch', version: 'v1', kind: 'Job' });
  assert.is(asked.length, 2);
});

test('a kind that is not known is looked for once more', async () => {
  const documents: Record<string, object> = { ...AGGREGATED, '/apis': { kind: 'APIGroupDiscoveryList', items: [] } };
  const { client } = rigOf(documents);
  const mapper = discoveryMapper(client);
  const job = { group: 'batch', version: 'v1', kind: 'Job' };
  assert.is(await mapper.resourceOf(job), undefined);
  documents['/apis'] = AGGREGATED['/apis'];
  assert.is((await mapper.resourceOf(job))?.resource, 'jobs');
});

test('a server without aggregated discovery is asked version by version', async () => {
  const { client } = rigOf({
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', groups: [{ name: 'batch', versions: [{ version: 'v1' }] }] },
    '/api/v1': {
      resources: [
        { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'], shortNames: ['po'] },
        { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] },
      ],
    },
    '/apis/batch/v1': { resources: [{ name: 'jobs', kind: 'Job', namespaced: true, verbs: ['get'] }] },
  });
  const rows = await discoveryMapper(client).resources();
  assert.equal(
    rows.map(({ group, resource, subresources }) => [group, resource, ...subresources].join(' ')),
    [' pods status', 'batch jobs'],
  );
});

test.run();
