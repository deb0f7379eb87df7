/** The answers that CoreDNS 1.13.1 gave for the objects of the fixture, compared over every transport. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDns } from '../src/index.ts';
import { FakeCluster, namespace, service } from './_fake-cluster.ts';
import { answersOf, type Digest, readFixture, TRANSPORTS } from './_recorded.ts';

const test = suite('dns conformance');

for (const [transport, ask] of Object.entries(TRANSPORTS)) {
  test(`every recorded query is answered over ${transport} as CoreDNS answered it`, async () => {
    const { objects, endpointSlices } = await readFixture<Record<string, KubeObject[]>>('objects.json');
    const expected = await readFixture<Record<string, Digest>>('answers.json');
    const cluster = new FakeCluster([
      namespace('default'),
      service('default/kubernetes', {
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
      }),
      ...(objects ?? []),
      ...(endpointSlices ?? []),
    ]);
    await using dns = await startDns({ informers: cluster });
    assert.is(Object.keys(expected).length, 94);
    assert.equal(await answersOf(dns, ask, Object.keys(expected)), expected);
  });
}

test.run();
