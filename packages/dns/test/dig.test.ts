/** dig, where it is installed, is content with what it gets. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DnsServer } from '../src/index.ts';
import { serve } from './_ask.ts';
import { namespace, service, slice } from './_fake-cluster.ts';

/** Of Debian's bind9-dnsutils. */
const DIG = 'dig';
const NS = 'ns.svc.cluster.local';
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];
const ENDPOINTS = Array.from({ length: 60 }, (_, at) => `10.1.0.${at + 1}`);
const OBJECTS = [
  namespace('ns'),
  service('ns/web', { clusterIP: '10.96.0.10', ports: PORTS }),
  service('ns/hl', { clusterIP: 'None', ports: PORTS }),
  slice('ns/hl', ENDPOINTS),
  service('ns/alias', { type: 'ExternalName', externalName: `web.${NS}` }),
];

const run = promisify(execFile);

async function dig({ host, port }: DnsServer, args: string): Promise<string> {
  const { stdout } = await run(DIG, [`@${host}`, '-p', String(port), '+tries=1', ...args.split(' ')]);
  return stdout.trim();
}

const SHORT: readonly { readonly args: string; readonly prints: string }[] = [
  { args: `web.${NS}`, prints: '10.96.0.10' },
  { args: `+tcp web.${NS}`, prints: '10.96.0.10' },
  { args: `+noedns alias.${NS}`, prints: `web.${NS}.\n10.96.0.10` },
  { args: `SRV _http._tcp.web.${NS}`, prints: `0 100 80 web.${NS}.` },
  { args: '-x 10.96.0.10', prints: `web.${NS}.` },
  { args: 'TXT dns-version.cluster.local', prints: '"1.1.0"' },
  { args: `+search +domain=${NS} +ndots=5 web`, prints: '10.96.0.10' },
  { args: `+noedns +ignore nosuch.${NS}`, prints: '' },
];

const suiteOfDig = suite('dig');
const test = spawnSync(DIG, ['-v']).status === 0 ? suiteOfDig : suiteOfDig.skip;

for (const { args, prints } of SHORT) {
  test(`dig ${args}`, async () => {
    await using dns = await serve(OBJECTS);
    assert.is(await dig(dns, `+short ${args}`), prints);
  });
}

test('a truncated answer makes dig ask again over TCP', async () => {
  await using dns = await serve(OBJECTS);
  assert.equal((await dig(dns, `+short +noedns hl.${NS}`)).split('\n'), ENDPOINTS);
  assert.equal(
    dns.queries.list().map(({ client }) => client.transport),
    ['udp', 'tcp'],
  );
});

test('dig sees nothing to complain about', async () => {
  await using dns = await serve(OBJECTS);
  const printed = await dig(dns, `+norecurse web.${NS} +dnssec`);
  assert.match(printed, /status: NOERROR/);
  assert.match(printed, /flags: qr aa;/);
  assert.match(printed, /EDNS: version: 0, flags: do; udp: 1232/);
  assert.match(printed, /COOKIE: [0-9a-f]{16} \(echoed\)/);
  assert.not.match(printed, /;; (Warning|Got bad|Truncated|extra)/);
  assert.match(await dig(dns, `+edns=3 +noednsneg web.${NS}`), /status: BADVERS/);
  assert.match(await dig(dns, `-c CH web.${NS}`), /status: REFUSED/);
});

test('dig transfers the zone', async () => {
  await using dns = await serve(OBJECTS, { transfer: { to: ['*'] } });
  const printed = await dig(dns, 'AXFR cluster.local');
  assert.match(printed, new RegExp(`XFR size: ${2 + 60 * 3 + 3 + 1} records`));
});

suiteOfDig.run();
