/** Messages survive the way to bytes and back. */
import { seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classNumber, rcodeName, rcodeNumber, typeName, typeNumber } from '../src/codec/registry.ts';
import { reverseZonesOf } from '../src/codec/reverse-name.ts';
import { decodeMessage, encodeMessage, formatRecord, type Message, type ResourceRecord } from '../src/index.ts';
import { bytesOf, edns, queryMessage } from './_wire.ts';

const RECORDS: readonly { record: ResourceRecord; line: string }[] = [
  { record: { name: 'a.b', type: 'A', ttl: 5, data: '10.0.0.1' }, line: 'a.b 5 A 10.0.0.1' },
  { record: { name: 'a.b', type: 'AAAA', ttl: 5, data: 'fd00::1' }, line: 'a.b 5 AAAA fd00::1' },
  { record: { name: 'a.b', type: 'CNAME', ttl: 5, data: 'c.b' }, line: 'a.b 5 CNAME c.b' },
  { record: { name: 'b', type: 'NS', ttl: 5, data: 'ns.b' }, line: 'b 5 NS ns.b' },
  { record: { name: '1.b', type: 'PTR', ttl: 5, data: 'a.b' }, line: '1.b 5 PTR a.b' },
  { record: { name: 'b', type: 'DNAME', ttl: 5, data: 'c' }, line: 'b 5 DNAME c' },
  {
    record: { name: '_x._tcp.b', type: 'SRV', ttl: 5, data: { priority: 1, weight: 2, port: 3, target: 'a.b' } },
    line: '_x._tcp.b 5 SRV 1 2 3 a.b',
  },
  {
    record: {
      name: 'b',
      type: 'SOA',
      ttl: 4_294_967_295,
      data: { mname: 'ns.b', rname: 'host.b', serial: 4_000_000_000, refresh: 1, retry: 2, expire: 3, minimum: 4 },
    },
    line: 'b 4294967295 SOA ns.b host.b 4000000000 1 2 3 4',
  },
  { record: { name: 'b', type: 'TXT', ttl: 5, data: ['one', '', 'zwei ü'] }, line: 'b 5 TXT "one" "" "zwei ü"' },
  { record: { name: 'b', type: 'MX', ttl: 5, data: { preference: 10, exchange: 'mx.b' } }, line: 'b 5 MX 10 mx.b' },
  { record: { name: 'b', type: 'HINFO', ttl: 5, data: { cpu: 'x', os: 'y' } }, line: 'b 5 HINFO {"cpu":"x","os":"y"}' },
  { record: { name: 'b', type: 'HTTPS', ttl: 5, data: Buffer.from([0, 1, 0]) }, line: 'b 5 HTTPS 000100' },
  { record: { name: 'b', type: 'TYPE65280', ttl: 5, class: 'CH', data: Buffer.from([7]) }, line: 'b 5 TYPE65280 07' },
  { record: { name: '.', type: 'NS', ttl: 5, data: '.' }, line: '. 5 NS .' },
];

const messageOf = (answers: readonly ResourceRecord[], parts: Partial<Message> = {}): Message =>
  queryMessage('A a.b', { response: true, answers, ...parts });

const test = suite('dns codec');

for (const { record, line } of RECORDS) {
  test(`${record.type} ${record.name} survives, compressed or not`, () => {
    assert.is(formatRecord(record), line);
    const plain = messageOf([record, record]);
    assert.equal(decodeMessage(bytesOf(plain)).answers, plain.answers);
    const compressed = encodeMessage(plain, { maxBytes: 65_535, compressAbove: 0 });
    assert.equal(decodeMessage(compressed).answers, plain.answers);
    assert.ok(compressed.length <= bytesOf(plain).length);
  });
}

test('every bit of the header and EDNS survive', () => {
  const flags = [
    'authoritative',
    'truncated',
    'recursionDesired',
    'recursionAvailable',
    'authenticatedData',
    'checkingDisabled',
  ];
  for (const flag of flags) {
    const off = Object.fromEntries(flags.map((name) => [name, false]));
    const message = messageOf([], { ...off, [flag]: true, opcode: 4, rcode: 9, id: 0xffff });
    assert.equal(decodeMessage(bytesOf(message)), message);
  }
  const options = [{ code: 10, data: Buffer.from('cookie') }];
  const message = messageOf([], { edns: edns(1232, { extendedRcode: 1, version: 2, flags: 0x8000, options }) });
  assert.equal(decodeMessage(bytesOf(message)), message);
});

test('the target of an SRV is spelled out, what follows may point into it', () => {
  const srv: ResourceRecord = {
    name: 'b',
    type: 'SRV',
    ttl: 5,
    data: { priority: 0, weight: 0, port: 1, target: 'x.a.b' },
  };
  const address: ResourceRecord = { name: 'x.a.b', type: 'A', ttl: 5, data: '10.0.0.1' };
  const bytes = encodeMessage(messageOf([srv, address]), { maxBytes: 65_535, compressAbove: 0 });
  const question = 12 + 5 + 4;
  assert.is(bytes.length, question + (2 + 10 + 6 + 7) + (2 + 10 + 4));
});

test('what does not fit is left out from the end, and EDNS stays', () => {
  const answers = Array.from(
    { length: 10 },
    (_, at): ResourceRecord => ({ name: 'a.b', type: 'A', ttl: 5, data: `10.0.0.${at}` }),
  );
  const additionals = answers.slice(0, 5);
  const message = messageOf(answers, { additionals, edns: edns(512) });
  const size = (count: number): number => 12 + 9 + count * 16 + 11;
  for (const [room, kept, extra] of [
    [size(15), 10, 5],
    [size(15) - 1, 10, 4],
    [size(10) + 15, 10, 0],
    [size(3), 3, 0],
    [size(0), 0, 0],
  ] as const) {
    const decoded = decodeMessage(encodeMessage(message, { maxBytes: room }));
    assert.equal([decoded.answers.length, decoded.additionals.length], [kept, extra], `${room} bytes`);
    assert.is(decoded.truncated, room < size(15));
    assert.equal(decoded.edns, edns(512));
  }
});

test('names that no message can hold are refused', () => {
  for (const name of ['a'.repeat(64), 'a..b'])
    assert.throws(() => bytesOf(messageOf([{ name, type: 'A', ttl: 5, data: '10.0.0.1' }])), /invalid label/);
});

test('an address of the wrong family is refused', () => {
  const wrong: ResourceRecord[] = [
    { name: 'a', type: 'A', ttl: 5, data: 'fd00::1' },
    { name: 'a', type: 'AAAA', ttl: 5, data: '10.0.0.1' },
  ];
  for (const record of wrong) assert.throws(() => bytesOf(messageOf([record])), /is no address for a record of type/);
});

test('numbers have names, unknown ones as well', () => {
  assert.equal(
    [typeName(65), typeName(65_280), typeNumber('aaaa'), typeNumber('type65280')],
    ['HTTPS', 'TYPE65280', 28, 65_280],
  );
  assert.equal(
    [rcodeName(3), rcodeName(16), rcodeName(12), rcodeNumber('RCODE12')],
    ['NXDOMAIN', 'BADVERS', 'RCODE12', 12],
  );
  for (const wrong of ['', 'TYPE', 'TYPE99999', 'nonsense']) assert.throws(() => typeNumber(wrong), /unknown DNS type/);
  assert.throws(() => classNumber('XX'), /unknown DNS class/);
});

test('ranges have their reverse zones', () => {
  assert.equal(reverseZonesOf('10.96.0.0/16'), ['96.10.in-addr.arpa']);
  assert.equal(reverseZonesOf('10.96.0.0/24'), ['0.96.10.in-addr.arpa']);
  const sixteen = reverseZonesOf('10.96.0.0/12');
  assert.equal([sixteen.length, sixteen[0], sixteen[15]], [16, '96.10.in-addr.arpa', '111.10.in-addr.arpa']);
  assert.equal(reverseZonesOf('0.0.0.0/0'), ['in-addr.arpa']);
  assert.equal(reverseZonesOf('fd00::/8'), ['d.f.ip6.arpa']);
  assert.equal(reverseZonesOf('fd00::/7').length, 2);
  assert.equal(reverseZonesOf('In-Addr.ARPA'), ['in-addr.arpa']);
  for (const wrong of ['10.0.0.0/33', '10.0.0/8', 'x/1', '10.0.0.0/'])
    assert.throws(() => reverseZonesOf(wrong), /is not an (address range|IP address)/, wrong);
});

test('random bytes are read or refused, never anything else', () => {
  const random = seededRandom('bytes');
  const valid = bytesOf(
    messageOf(
      RECORDS.map(({ record }) => record),
      { edns: edns(512) },
    ),
  );
  for (let round = 0; round < 5000; round += 1) {
    const bytes = Buffer.from(valid);
    for (let change = 0; change < 4; change += 1) bytes[random.int(bytes.length)] = random.int(256);
    const cut = bytes.subarray(0, random.int(bytes.length + 1));
    try {
      decodeMessage(cut);
    } catch (error) {
      assert.instance(error, Error);
    }
  }
});

test.run();
