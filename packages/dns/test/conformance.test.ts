/** The answers that CoreDNS 1.13.1 gave for the objects of the fixture, compared over every transport. */
import { readFile } from 'node:fs/promises';
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rcodeName } from '../src/codec/registry.ts';
import {
  type DnsResponse,
  type DnsServer,
  formatRecord,
  queryDns,
  type ResourceRecord,
  startDns,
} from '../src/index.ts';
import { FakeCluster, namespace, service } from './_fake-cluster.ts';

interface Digest {
  readonly rcode: string;
  readonly aa: boolean;
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  readonly additionals: readonly string[];
}

const FIXTURES = `${import.meta.dirname}/../../../fixtures/dns`;

const readFixture = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(`${FIXTURES}/${name}`, 'utf8')) as T;

/** A record as the recording writes it: TXT without quotes, of an SOA only its two names. */
function digestRecord(record: ResourceRecord): string {
  const [name = '', ttl, type, ...data] = formatRecord(record).split(' ');
  const shown = type === 'SOA' ? data.slice(0, 2) : data.map((text) => text.replaceAll('"', ''));
  return [name.toLowerCase(), ttl, type, ...shown].join(' ');
}

const digest = (response: Omit<DnsResponse, 'rcode'>, rcode: string): Digest => ({
  rcode,
  aa: response.authoritative,
  answers: response.answers.map(digestRecord).sort(),
  authority: response.authorities.map(({ type }) => type).sort(),
  additionals: response.additionals.map(digestRecord).sort(),
});

type Ask = (dns: DnsServer, question: { name: string; type: string }) => Promise<Digest>;

const overNetwork =
  (transport: 'udp' | 'tcp'): Ask =>
  async ({ host, port }, question) => {
    const message = await queryDns(question, { host, port, transport });
    return digest(message, rcodeName(message.rcode));
  };

const inProcess: Ask = async (dns, question) => {
  const response = await dns.query(question);
  if (response === undefined) throw new Error('no answer');
  return digest(response, response.rcode);
};

const TRANSPORTS: Readonly<Record<string, Ask>> = {
  UDP: overNetwork('udp'),
  TCP: overNetwork('tcp'),
  'the function call': inProcess,
};

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
    const answers: Record<string, Digest> = {};
    for (const key of Object.keys(expected)) {
      const [type = '', name = ''] = key.split(' ');
      answers[key] = await ask(dns, { name, type });
    }
    assert.is(Object.keys(expected).length, 94);
    assert.equal(answers, expected);
  });
}

test.run();
