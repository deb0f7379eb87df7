/** Asks a server inside the process and writes answers as short lines, so that tests read as tables. */
import { type DnsOptions, type DnsResponse, type DnsServer, formatRecord, startDns } from '../src/index.ts';
import { FakeCluster } from './_fake-cluster.ts';

/** What an answer says: its code, and each record as type and data. `NODATA` for an empty success. */
export interface Said {
  readonly rcode: string;
  readonly answers: readonly string[];
  readonly additionals: readonly string[];
}

/** A record without owner, TTL and class: `A 10.96.0.1`. */
export const short = (record: Parameters<typeof formatRecord>[0]): string =>
  formatRecord(record).split(' ').slice(2).join(' ');

/** The response to `TYPE name`. */
export async function response(dns: DnsServer, asked: string): Promise<DnsResponse> {
  const [type = '', name = ''] = asked.split(' ');
  const answer = await dns.query({ name, type });
  if (answer === undefined) throw new Error(`${asked} got no answer`);
  return answer;
}

/** The response to `TYPE name`, summed up. */
export async function ask(dns: DnsServer, asked: string): Promise<Said> {
  const { rcode, answers, additionals } = await response(dns, asked);
  return {
    rcode: rcode === 'NOERROR' && answers.length === 0 ? 'NODATA' : rcode,
    answers: answers.map(short),
    additionals: additionals.map(short),
  };
}

/** One line: the answers, after the code where that is not success; the code alone where there is no answer. */
export async function say(dns: DnsServer, asked: string): Promise<string> {
  const { rcode, answers } = await ask(dns, asked);
  if (answers.length === 0) return rcode;
  return `${rcode === 'NOERROR' ? '' : `${rcode} `}${answers.join(', ')}`;
}

/** A server for the objects. */
export const serve = (
  objects: ConstructorParameters<typeof FakeCluster>[0],
  options: Omit<DnsOptions, 'informers'> = {},
): Promise<DnsServer> => startDns({ informers: new FakeCluster(objects), ...options });
