/** No credential reaches the disk. */
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type CassetteRecord,
  CassetteWriter,
  checkCassette,
  importExchanges,
  type RawExchange,
  Redactor,
} from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { redactRecord } from '../src/redaction/redact-record.ts';
import { Folder } from './_cassette-file.ts';

const test = suite('redaction');

/** A secret that no other test and no pattern of ours knows. */
const planted: string[] = [];
const plant = (secret: string): string => {
  planted.push(secret);
  return secret;
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plantBase64 = (text: string): string => plant(base64(plant(text)));
const PEM = (body: string): string => `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----\n`;
const JWT = (payload: string): string =>
  plant(`${base64('{"alg":"RS256"}')}.${base64(payload)}.c2lnbmF0dXJl${payload}`);

let id = 0;
const exchange = (url: string, body: unknown, answer: unknown, headers = {}): CassetteRecord[] => {
  id += 1;
  return [
    { type: 'request', id, at: id, method: 'POST', url, headers, ...bodyOf(body) },
    { type: 'response', id, at: id, status: 200, ...bodyOf(answer) },
  ];
};
const bodyOf = (value: unknown): { body?: { text: string } | { json: unknown } } =>
  value === undefined ? {} : { body: typeof value === 'string' ? { text: value } : { json: value } };

const secret = (data: object): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data });
const applied = (object: object): object => ({
  'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(object)}\n`,
});
const SECRETS = '/api/v1/namespaces/default/secrets';

/** Thirty secrets in twelve forms. */
const story: CassetteRecord[] = [
  // 1 credentials in headers
  ...exchange('/api', undefined, undefined, { authorization: `Bearer ${plant('opaque-bearer-1')}` }),
  ...exchange('/api', undefined, undefined, { authorization: `Basic ${plantBase64('admin:hunter2!')}` }),
  ...exchange('/api', undefined, undefined, { cookie: `session=${plant('cookie-3')}`, 'x-api-key': plant('key-4') }),
  ...exchange('/api', undefined, undefined, {
    'sec-websocket-protocol': `v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${plant(base64('ws-token-5').replace(/=/g, ''))}`,
  }),
  // 2 data of Secrets
  ...exchange(
    SECRETS,
    { ...secret({ a: plantBase64('first secret') }), stringData: { b: plant('second secret') } },
    secret({}),
  ),
  ...exchange(SECRETS, undefined, { kind: 'SecretList', items: [{ data: { a: plantBase64('in a list') } }] }),
  ...exchange(SECRETS, { data: { a: plantBase64('in a merge patch') } }, undefined),
  ...exchange(SECRETS, [{ op: 'add', path: '/data/a', value: plantBase64('in a JSON patch') }], undefined),
  ...exchange(SECRETS, `kind: Secret\nstringData:\n  a: ${plant('in-yaml-text')}\n`, undefined),
  // 3 copies of Secrets in annotations
  ...exchange('/x', undefined, {
    kind: 'Secret',
    metadata: { annotations: applied({ data: { a: plant('bGFzdCBhcHBsaWVk') } }) },
  }),
  ...exchange(SECRETS, undefined, {
    kind: 'Table',
    rows: [{ object: { metadata: { annotations: applied(secret({ a: plant('aW4gYSB0YWJsZQ==') })) } } }],
  }),
  // 4 service account tokens
  ...exchange('/x', undefined, { kind: 'TokenRequest', status: { token: plant('opaque-sa-token') } }),
  ...exchange('/x', undefined, { kind: 'Pod', note: `mounted ${JWT('{"sub":"system:serviceaccount"}')} there` }),
  ...exchange('/x', { kind: 'TokenReview', spec: { token: plant('reviewed-token') } }, undefined),
  // 5 private keys
  ...exchange('/x', undefined, { kind: 'ConfigMap', data: { 'tls.key': PEM(plant('MIIEowIBAAKCAQEA7')) } }),
  ...exchange('/x', undefined, { kind: 'ConfigMap', binaryData: { key: plant(base64(PEM('MIIEowIBAAKCAQEA8'))) } }),
  // 6 client certificates
  ...exchange('/x', undefined, {
    kind: 'ConfigMap',
    data: {
      config: `users:\n- user:\n    client-certificate-data: ${plant('LS0tLS1jZXJ0')}\n    client-key-data: ${plant('LS0tLS1rZXk=')}\n`,
    },
  }),
  ...exchange('/x', undefined, {
    kind: 'CertificateSigningRequest',
    status: { certificate: plantBase64('-----BEGIN CERT') },
  }),
  // 7 fields by name
  ...exchange('/x', undefined, {
    spec: { adminPassword: 'x', 'db-password': plant('field pass'), clientSecret: plant('field secret') },
  }),
  // 8 environment variables
  ...exchange('/x', undefined, { kind: 'Pod', env: [{ name: 'PG_PASSWORD', value: plant('env secret') }] }),
  // 9 parameters of a query
  ...exchange(`/x?access_token=${plant('query-token')}`, undefined, undefined),
  // 10 passwords in URLs
  ...exchange('/x', undefined, { url: `postgres://app:${plant('urlpass')}@db/shop` }),
  // 11 tokens of other services
  ...exchange(
    '/x',
    undefined,
    `${plant('AKIAABCDEFGHIJKLMNOP')} ${plant(`ghp_${'a1'.repeat(20)}`)} ${plant('xoxb-1234567890-abcdef')}`,
  ),
  // 12 assignments in text
  ...exchange('/x', undefined, { log: `started with token=${plant('abc123def456')}` }),
];

async function write(path: string, records: readonly CassetteRecord[]): Promise<void> {
  await using writer = await CassetteWriter.open(path, { recorded: '2026-01-01T00:00:00Z' });
  for (const record of records) await writer.write(record);
}

const found = (text: string): string[] => planted.filter((one) => text.includes(one) || text.includes(base64(one)));

test('thirty secrets of twelve forms are not found in a recording', async () => {
  using folder = new Folder();
  const contentOf = (record: CassetteRecord): unknown => {
    const { body } = record as { body?: { text: string } | { json: unknown } };
    return body !== undefined && 'text' in body ? body.text : body?.json;
  };
  const exchanges = story.flatMap((record, at): RawExchange[] => {
    if (record.type !== 'request') return [];
    const { method, url: path, headers = {} } = record;
    const request = { method, path, headers: headers as Record<string, string>, body: contentOf(record) };
    return [{ request, response: { status: 200, body: contentOf(story[at + 1] ?? record) } }];
  });
  await importExchanges(exchanges, folder.file('a.jsonl'), { recorded: '2026-01-01T00:00:00Z' });
  assert.equal(found(folder.read('a.jsonl')), []);
  assert.equal((await checkCassette(folder.file('a.jsonl'))).leftovers, []);
});

test('thirty secrets of twelve forms are not found in a file that was redacted later', async () => {
  using folder = new Folder();
  const redactor = new Redactor();
  let url = '/';
  const redacted = story.map((record) => {
    if (record.type === 'request') url = record.url;
    return redactRecord(record, redactor, { url, frames: undefined });
  });
  await write(folder.file('a.jsonl'), redacted);
  const text = folder.read('a.jsonl');
  assert.ok(planted.length >= 30, `${planted.length} planted`);
  assert.equal(found(text), []);
  assert.equal((await checkCassette(folder.file('a.jsonl'))).leftovers, []);
});

test('a check finds what was not redacted, with its line', async () => {
  using folder = new Folder();
  await write(folder.file('a.jsonl'), story);
  const { leftovers, summary } = await checkCassette(folder.file('a.jsonl'));
  assert.ok(leftovers.length >= 28, `${leftovers.length} found`); // some are planted as text and as base64
  assert.equal(leftovers[0], { line: 2, what: 'header authorization' });
  assert.is(summary.requests, id);
});

for (const [name, value] of [
  [
    'a Pod',
    { kind: 'Pod', spec: { automountServiceAccountToken: true, volumes: [{ secret: { secretName: 'web' } }] } },
  ],
  ['a schema', { properties: { token: { type: 'string', description: 'token: the bearer token to use' } } }],
  ['an image by digest', { image: 'registry.example.com/web@sha256:0123456789abcdef0123456789abcdef' }],
  ['an authority', { data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' } }],
  ['a Secret without data', { kind: 'Secret', metadata: { name: 'empty' }, data: null, type: 'Opaque' }],
  ['managed fields', { kind: 'Secret', metadata: { managedFields: [{ fieldsV1: { 'f:data': { 'f:token': {} } } }] } }],
  ['RBAC', { rules: [{ resources: ['secrets', 'serviceaccounts/token'], verbs: ['get'] }] }],
  ['a list with a continue token', { kind: 'PodList', metadata: { continue: 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ' } }],
] as const)
  test(`${name} is left alone`, () => {
    const found: string[] = [];
    assert.is(new Redactor({}, (what) => found.push(what)).value(value), value);
    assert.equal(found, []);
  });

const RELEASE = {
  name: 'one',
  info: { status: 'deployed', notes: 'Log in with secret-of-a-chart' },
  chart: {
    metadata: { name: 'shop', version: '1.0.0' },
    templates: [{ name: 't.yaml', data: base64('# by AKIAABCDEFGHIJKLMNOP\nkind: Secret\nx: {{ .Values.login }}\n') }],
    values: { adminPassword: 'preset-password', replicas: 2 },
  },
  config: { login: 'secret-of-a-chart', size: 3 },
  manifest: `---\n# Source: s.yaml\nkind: Secret\ndata:\n  a: ${base64('secret-of-a-chart')}\n---\nkind: ConfigMap\n`,
};
const pack = (value: unknown): string => gzipSync(JSON.stringify(value)).toString('base64');
const unpack = (packed: string): string => gunzipSync(Buffer.from(packed, 'base64')).toString();

test('a release of helm stays readable without its secrets', () => {
  const redactor = new Redactor();
  const type = 'helm.sh/release.v1';
  const redacted = redactor.value({ ...secret({ release: base64(pack(RELEASE)) }), type });
  const { release } = (redacted as { data: { release: string } }).data;
  assert.equal(JSON.parse(unpack(Buffer.from(release, 'base64').toString())), {
    ...RELEASE,
    info: { status: 'deployed', notes: 'Log in with REDACTED' },
    chart: {
      ...RELEASE.chart,
      templates: [{ name: 't.yaml', data: base64('# by REDACTED\nkind: Secret\nx: {{ .Values.login }}\n') }],
      values: { adminPassword: 'REDACTED', replicas: 2 },
    },
    config: { login: 'REDACTED', size: 3 },
    manifest: '---\n# Source: s.yaml\nkind: Secret\ndata:\n  a: UkVEQUNURUQ=\n---\nkind: ConfigMap\n',
  });
  assert.is(redactor.value(redacted), redacted);
});

test('packed JSON is redacted wherever it stands', () => {
  const configMap = { kind: 'ConfigMap', data: { release: pack({ config: { password: 'in-a-config-map' } }) } };
  const { json } = new Redactor().body(Buffer.from(JSON.stringify(configMap)), { url: '/' }) as {
    json: typeof configMap;
  };
  assert.is(unpack(json.data.release), '{"config":{"password":"REDACTED"}}');
  const protobuf = Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(configMap.data.release), Buffer.from([0xff])]);
  const { base64: stored } = new Redactor().body(protobuf, { url: '/' }) as { base64: string };
  assert.is(Buffer.from(stored, 'base64').toString('latin1'), `\xff\0${'*'.repeat(protobuf.length - 3)}\xff`);
});

test('redacted data of a Secret is valid base64', () => {
  assert.equal(new Redactor().value(secret({ a: 'c2VjcmV0' })), secret({ a: 'UkVEQUNURUQ=' }));
});

test('a binary body keeps its length', () => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Bearer abcdefgh12345678'), Buffer.from([0xff])]);
  const { base64: stored } = new Redactor().body(bytes, { url: '/' }) as { base64: string };
  const result = Buffer.from(stored, 'base64');
  assert.is(result.length, bytes.length);
  assert.not.match(result.toString('latin1'), /abcdefgh/);
});

test('rules of one’s own replace text, fields and headers', () => {
  const rules = [
    { name: 'ticket', pattern: /TICKET-(?<secret>\d+)/ },
    { name: 'pin', fields: /^pin$/ },
    { name: 'tenant', headers: ['x-tenant'] },
  ];
  const redactor = new Redactor({ rules, literals: ['swordfish'] });
  assert.equal(redactor.body(Buffer.from('{"pin":"1234","text":"TICKET-99 swordfish"}'), { url: '/' }), {
    json: { pin: 'REDACTED', text: 'TICKET-REDACTED REDACTED' },
  });
  assert.equal(redactor.headers({ 'x-tenant': 'acme', accept: 'a' }), { 'x-tenant': 'REDACTED', accept: 'a' });
});

test.run();
