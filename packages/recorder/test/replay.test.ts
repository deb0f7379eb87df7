/** How a replay matches requests, keeps order and time, and explains what does not fit. */
import { FakeClock } from '@towtank/apimachinery';
import { type ReplayOptions, startReplay } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';

const test = suite('replay');

let id = 0;
const exchange = (method: string, url: string, answer: string, body?: unknown): object[] => {
  id += 1;
  const headers = { 'content-type': 'application/json' };
  return [
    { type: 'request', id, at: id, method, url, ...(body === undefined ? {} : { body: { json: body } }) },
    { type: 'response', id, at: id, status: 200, headers, body: { text: answer } },
  ];
};

interface Step {
  readonly ask: string;
  readonly body?: unknown;
  readonly expect: string | RegExp;
}

const ROWS: { name: string; records: object[]; steps: Step[]; options?: Partial<ReplayOptions> }[] = [
  {
    name: 'equal requests get their answers in order, each once',
    records: [...exchange('GET', '/a', '1'), ...exchange('GET', '/a', '2')],
    steps: [
      { ask: 'GET /a', expect: '1' },
      { ask: 'GET /a', expect: '2' },
      { ask: 'GET /a', expect: /every recorded answer has been given/ },
    ],
  },
  {
    name: 'discovery may be read at any time, and again',
    records: [...exchange('GET', '/api', '1'), ...exchange('POST', '/a', 'made'), ...exchange('GET', '/apis', '2')],
    steps: [
      { ask: 'GET /apis', expect: '2' },
      { ask: 'GET /api', expect: '1' },
      { ask: 'GET /api', expect: '1' },
      { ask: 'POST /a', expect: 'made' },
      { ask: 'GET /api', expect: '1' },
    ],
  },
  {
    name: 'discovery of one version is made of discovery of all',
    records: exchange(
      'GET',
      '/apis',
      JSON.stringify({
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: { name: 'apps' },
            versions: [
              {
                version: 'v1',
                resources: [
                  {
                    resource: 'deployments',
                    responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
                    scope: 'Namespaced',
                    singularResource: 'deployment',
                    verbs: ['get'],
                    shortNames: ['deploy'],
                    subresources: [
                      {
                        subresource: 'scale',
                        responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
                        verbs: ['get'],
                      },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      }),
    ),
    steps: [
      {
        ask: 'GET /apis/apps/v1',
        expect: JSON.stringify({
          kind: 'APIResourceList',
          apiVersion: 'v1',
          groupVersion: 'apps/v1',
          resources: [
            {
              name: 'deployments',
              singularName: 'deployment',
              namespaced: true,
              kind: 'Deployment',
              verbs: ['get'],
              shortNames: ['deploy'],
            },
            {
              name: 'deployments/scale',
              singularName: '',
              namespaced: true,
              group: 'autoscaling',
              version: 'v1',
              kind: 'Scale',
              verbs: ['get'],
            },
          ],
        }),
      },
      { ask: 'GET /apis/apps/v2', expect: /was not recorded/ },
    ],
  },
  {
    name: 'parameters may come in any order and spelling',
    records: exchange('GET', '/a?limit=5&labelSelector=app%3Dweb', 'found'),
    steps: [{ ask: 'GET /a?labelSelector=app=web&limit=5', expect: 'found' }],
  },
  {
    name: 'the timeout of a watch makes no difference',
    records: exchange('GET', '/a?timeoutSeconds=431&watch=true', 'found'),
    steps: [{ ask: 'GET /a?timeoutSeconds=502&watch=true', expect: 'found' }],
  },
  {
    name: 'fields of a body may come in any order, and times differ',
    records: exchange('POST', '/a', 'made', { b: 1, restartedAt: '2026-01-01T00:00:00Z' }),
    steps: [{ ask: 'POST /a', body: { restartedAt: '2027-02-02T01:02:03+01:00', b: 1 }, expect: 'made' }],
  },
  {
    name: 'a different body is a different request',
    records: exchange('POST', '/a', 'made', { spec: { replicas: 1 } }),
    steps: [
      { ask: 'POST /a', body: { spec: { replicas: 2 } }, expect: /-\s+\\"replicas\\": 1[\s\S]*\+\s+\\"replicas\\": 2/ },
    ],
  },
  {
    name: 'the data of a Secret makes no difference, since it is not recorded',
    records: exchange('POST', '/a', 'made', { kind: 'Secret', data: { a: 'UkVEQUNURUQ=' } }),
    steps: [{ ask: 'POST /a', body: { kind: 'Secret', data: { a: 'c3dvcmRmaXNo' } }, expect: 'made' }],
  },
  {
    name: 'a request that was not recorded is answered with the nearest ones',
    records: [...exchange('GET', '/api/v1/pods/web-1', ''), ...exchange('GET', '/apis/apps/v1', '')],
    steps: [
      {
        ask: 'GET /api/v1/pods/web-2',
        expect: /GET \/api\/v1\/pods\/web-2 was not recorded in .*Nearest:\\n {2}line 2: GET \/api\/v1\/pods\/web-1\\n/,
      },
    ],
  },
  {
    name: 'strictly, what was recorded after a write comes after it',
    records: [...exchange('POST', '/a', 'made'), ...exchange('GET', '/a', 'there')],
    steps: [
      { ask: 'GET /a', expect: /was recorded in .* after POST \/a \(line 2\), which has not been requested yet/ },
      { ask: 'POST /a', expect: 'made' },
      { ask: 'GET /a', expect: 'there' },
    ],
  },
  {
    name: 'strictly, an answer from before a write is not given after it',
    records: [...exchange('GET', '/a', 'old'), ...exchange('POST', '/b', 'made'), ...exchange('GET', '/a', 'new')],
    steps: [
      { ask: 'POST /b', expect: 'made' },
      { ask: 'GET /a', expect: 'new' },
    ],
  },
  {
    name: 'leniently, order makes no difference and the last answer is given again',
    records: [...exchange('POST', '/a', 'made'), ...exchange('GET', '/a', 'there')],
    options: { mode: 'lenient' },
    steps: [
      { ask: 'GET /a', expect: 'there' },
      { ask: 'POST /a', expect: 'made' },
      { ask: 'GET /a', expect: 'there' },
      { ask: 'GET /b', expect: /was not recorded/ },
    ],
  },
  {
    name: 'a normaliser of one’s own makes more requests equal',
    records: exchange('GET', '/namespaces/test-1/pods', 'pods'),
    options: { normalisers: [(request) => ({ ...request, url: request.url.replace(/test-\d+/, 'test') })] },
    steps: [{ ask: 'GET /namespaces/test-77/pods', expect: 'pods' }],
  },
];

for (const { name, records, steps, options } of ROWS)
  test(name, async () => {
    using folder = new Folder();
    await using replay = await startReplay({ cassette: folder.cassette(records), ...options });
    for (const { ask, body, expect } of steps) {
      const [method = '', url = ''] = ask.split(' ');
      const request = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const answer = await fetch(replay.url + url, request);
      const text = await answer.text();
      if (typeof expect === 'string') assert.is(text, expect);
      else assert.match(text, expect);
      assert.is(answer.status, typeof expect === 'string' ? 200 : 501);
    }
  });

test('what nobody has asked for is listed with its line', async () => {
  using folder = new Folder();
  const cassette = folder.cassette([...exchange('GET', '/a', '1'), ...exchange('GET', '/b', '2')]);
  await using replay = await startReplay({ cassette });
  await fetch(`${replay.url}/a`);
  assert.equal(replay.unused, [{ method: 'GET', url: '/b', line: 4 }]);
});

const WATCH = [
  { type: 'request', id: 900, at: 0, method: 'GET', url: '/w?watch=1' },
  { type: 'response', id: 900, at: 0, status: 200, stream: 'lines' },
  { type: 'frame', id: 900, at: 0, body: { text: 'first\n' } },
];

test('frames follow each other as they did, by the clock', async () => {
  using folder = new Folder();
  const clock = new FakeClock();
  const cassette = folder.cassette([...WATCH, { type: 'frame', id: 900, at: 60_000, body: { text: 'second\n' } }]);
  await using replay = await startReplay({ cassette, clock, speed: 10 });
  const reader = (await fetch(`${replay.url}/w?watch=1`)).body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.is((await reader?.read())?.value, 'first\n');
  const second = reader?.read();
  let arrived = false;
  void second?.then(() => {
    arrived = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(5999);
  await fetch(`${replay.url}/other`);
  assert.not.ok(arrived);
  clock.advance(1);
  assert.is((await second)?.value, 'second\n');
});

test('a frame that came after a write waits for that write', async () => {
  using folder = new Folder();
  const frame = { type: 'frame', id: 900, at: 9, body: { text: 'made\n' } };
  const cassette = folder.cassette([...WATCH, ...exchange('POST', '/a', 'ok'), frame]);
  await using replay = await startReplay({ cassette });
  const reader = (await fetch(`${replay.url}/w?watch=1`)).body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.is((await reader?.read())?.value, 'first\n');
  const second = reader?.read();
  let arrived = false;
  void second?.then(() => {
    arrived = true;
  });
  await fetch(`${replay.url}/other`);
  assert.not.ok(arrived);
  await fetch(`${replay.url}/a`, { method: 'POST' });
  assert.is((await second)?.value, 'made\n');
});

test.run();
