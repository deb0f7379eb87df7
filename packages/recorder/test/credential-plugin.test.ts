/** Credentials that a program prints: run when needed, kept until they expire, clear where there are none. */
import { readFileSync } from 'node:fs';
import { FakeClock } from '@towtank/apimachinery';
import { type Recorder, readUpstream, startRecorder } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';
import { type FakeUpstream, startUpstream } from './_upstream.ts';

const test = suite('credential plugins');
const V1 = 'client.authentication.k8s.io/v1';

const kubeconfig = (server: string, user: object, cluster = {}): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
  });

/** A plugin that runs a script of the shell. */
const shell = (script: string, fields = {}): object => ({
  exec: { apiVersion: V1, command: 'sh', args: ['-c', script], interactiveMode: 'Never', ...fields },
});
const printing = (status: object, apiVersion = V1): string =>
  `echo '${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}'`;
/** Prints a new token each time it is run: token-1, token-2. */
const counting = (file: string, expires: string): string =>
  `echo x >> ${file}; n=$(wc -l < ${file} | tr -d ' '); echo '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"issued-token-'$n'"${expires}}}'`;

const ask = async ({ url }: Recorder): Promise<number> => (await fetch(`${url}/json`)).status;
const sent = ({ seen }: FakeUpstream): (string | undefined)[] => seen.map(({ headers }) => headers.authorization);

test('its token is kept until it expires, and is never written down', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream();
  const clock = new FakeClock();
  const expires = `,"expirationTimestamp":"${new Date(clock.now() + 60_000).toISOString()}"`;
  const config = kubeconfig(upstream.server, shell(counting(folder.file('runs'), expires)));
  await using recorder = await startRecorder({ upstream: config, cassette: folder.file('a.jsonl'), clock });
  await ask(recorder);
  await ask(recorder);
  clock.advance(60_000);
  await ask(recorder);
  await recorder.close();
  assert.equal(sent(upstream), ['Bearer issued-token-1', 'Bearer issued-token-1', 'Bearer issued-token-2']);
  assert.not.match(readFileSync(folder.file('a.jsonl'), 'utf8'), /issued-token/);
});

test('a token that is refused is asked for anew', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream({
    '/json': ({ headers }, response) =>
      response.writeHead(headers.authorization === 'Bearer issued-token-1' ? 401 : 200).end(),
  });
  const config = kubeconfig(upstream.server, shell(counting(folder.file('runs'), '')));
  await using recorder = await startRecorder({ upstream: config, cassette: folder.file('a.jsonl') });
  assert.equal([await ask(recorder), await ask(recorder)], [401, 200]);
});

test('it is told of its cluster where it asks, and of its environment', async () => {
  using folder = new Folder();
  const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'shop' } }];
  const script = `echo "$KUBERNETES_EXEC_INFO $WHO" > ${folder.file('info')}; ${printing({ token: 't' })}`;
  const user = shell(script, { provideClusterInfo: true, env: [{ name: 'WHO', value: 'me' }] });
  await readUpstream(kubeconfig('https://127.0.0.1:1', user, { 'certificate-authority-data': 'QQ==', extensions }));
  const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'QQ==', config: { audience: 'shop' } };
  const info = { kind: 'ExecCredential', apiVersion: V1, spec: { cluster, interactive: false } };
  assert.is(folder.read('info'), `${JSON.stringify(info)} me\n`);
});

test('it may be of v1beta1, and print a certificate', async () => {
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  const script = printing({ clientCertificateData: 'CERT', clientKeyData: 'KEY' }, apiVersion);
  const { plugin } = await readUpstream(kubeconfig('https://127.0.0.1:1', shell(script, { apiVersion })));
  assert.equal(await plugin?.credential(), { clientCert: 'CERT', clientKey: 'KEY' });
});

for (const [name, user, message] of [
  [
    'that is not installed',
    { exec: { apiVersion: V1, command: 'no-such-plugin', installHint: 'Install it.' } },
    /^the credential plugin no-such-plugin is not installed\nInstall it\.$/,
  ],
  ['that fails', shell('echo log in first >&2; exit 3'), /^the credential plugin sh ended with 3: log in first$/],
  ['that prints no JSON', shell('echo hello'), /^the credential plugin sh printed what is not JSON: /],
  ['that prints something else', shell('echo {}'), /printed no ExecCredential but ""$/],
  [
    'that answers in another version',
    shell(printing({ token: 't' }, 'client.authentication.k8s.io/v1beta1')),
    /was asked for \S+\/v1 and answered with \S+\/v1beta1$/,
  ],
  ['that prints nothing to be known by', shell(printing({})), /printed neither a token nor a certificate$/],
  [
    'that prints half a pair',
    shell(printing({ clientKeyData: 'KEY' })),
    /printed a certificate without a key, or a key without/,
  ],
  [
    'that expires at no time',
    shell(printing({ token: 't', expirationTimestamp: 'soon' })),
    /expirationTimestamp "soon", which is no time$/,
  ],
  [
    'of a version that is gone',
    shell('', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }),
    /it must be \S+\/v1 or \S+\/v1beta1$/,
  ],
  ['without a command', { exec: { apiVersion: V1 } }, /names no command$/],
] as const)
  test(`a plugin ${name} is a clear error`, async () => {
    await readUpstream(kubeconfig('http://127.0.0.1:1', user)).then(
      () => assert.unreachable('it is none'),
      (error: Error) => assert.match(error.message, message),
    );
  });

test('of the auth-providers oidc is left, as long as its token lasts', async () => {
  const provider = (name: string, config: object): string =>
    kubeconfig('http://127.0.0.1:1', { 'auth-provider': { name, config } });
  assert.is((await readUpstream(provider('oidc', { 'id-token': 'abc' }))).token, 'abc');
  await readUpstream(provider('gcp', {})).then(
    () => assert.unreachable('there is gcp'),
    (error: Error) => assert.match(error.message, /^there is no auth-provider "gcp" any more: use a credential plugin/),
  );
});

test('a plugin that fails later is told to the client', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream({ '/json': (_, response) => response.writeHead(401).end() });
  const file = folder.file('runs');
  const script = `echo x >> ${file}; [ $(wc -l < ${file}) -lt 2 ] || exit 9; ${printing({ token: 'first-token' })}`;
  const config = kubeconfig(upstream.server, shell(script));
  await using recorder = await startRecorder({ upstream: config, cassette: folder.file('a.jsonl') });
  await ask(recorder);
  const { status, ...body } = await fetch(`${recorder.url}/json`).then(async (answer) => ({
    status: answer.status,
    message: ((await answer.json()) as { message: string }).message,
  }));
  assert.is(status, 502);
  assert.match(body.message, /the credential plugin sh ended with 9/);
});

test.run();
