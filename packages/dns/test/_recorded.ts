/** The recorded answers of CoreDNS, and how to compare with them. */
import { readFile } from 'node:fs/promises';
import { rcodeName } from '../src/codec/registry.ts';
import { type DnsResponse, type DnsServer, formatRecord, queryDns, type ResourceRecord } from '../src/index.ts';

/** What is compared of an answer. */
export interface Digest {
  readonly rcode: string;
  readonly aa: boolean;
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  readonly additionals: readonly string[];
}

const FIXTURES = `${import.meta.dirname}/../../../fixtures/dns`;

/** A file of the fixtures, parsed. */
export const readFixture = async <T>(name: string): Promise<T> =>
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

/** Asks a question by one of the transports. */
export type Ask = (dns: DnsServer, question: { name: string; type: string }) => Promise<Digest>;

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

/** Every way to ask. */
export const TRANSPORTS: Readonly<Record<string, Ask>> = {
  UDP: overNetwork('udp'),
  TCP: overNetwork('tcp'),
  'the function call': inProcess,
};

/** The answers to all questions of the recording, under the keys that it has them under. */
export async function answersOf(dns: DnsServer, ask: Ask, keys: Iterable<string>): Promise<Record<string, Digest>> {
  const answers: Record<string, Digest> = {};
  for (const key of keys) {
    const [type = '', name = ''] = key.split(' ');
    answers[key] = await ask(dns, { name, type });
  }
  return answers;
}
