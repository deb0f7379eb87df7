import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, isIP } from 'node:net';
import * as tls from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createCertificateAuthority,
  processCertificateAuthority,
  SERVING_HOSTS,
} from '../../src/certificates/certificate-authority.ts';
import { type ClientIdentity, clientIdentity } from '../../src/certificates/client-identity.ts';

const test = suite('certificate authority');

test('the authority signs itself and may sign others', () => {
  const ca = new X509Certificate(createCertificateAuthority().caPem);
  assert.ok(ca.ca);
  assert.is(ca.subject, 'CN=kubernetes-ca');
  assert.ok(ca.verify(ca.publicKey));
});

test('the serving certificate holds for every name of the API server and for extra hosts', () => {
  const { certPem } = processCertificateAuthority().issueServingCertificate({ hosts: ['api.example.com', 'fd00::12'] });
  const certificate = new X509Certificate(certPem);
  const holdsFor = (host: string): boolean =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
  for (const host of [...SERVING_HOSTS, 'api.example.com', 'fd00::12']) assert.ok(holdsFor(host), host);
  assert.not.ok(holdsFor('example.com'));
  assert.not.ok(holdsFor('10.96.0.2'));
});

test('equal hosts give the same certificate, others another one', () => {
  const authority = processCertificateAuthority();
  assert.is(authority.issueServingCertificate().certPem, authority.issueServingCertificate().certPem);
  assert.is.not(
    authority.issueServingCertificate().certPem,
    authority.issueServingCertificate({ hosts: ['a'] }).certPem,
  );
});

const CLIENTS = [
  { name: 'a client certificate proves its user and groups', groups: ['system:masters', 'devs'], user: 'jane' },
  { name: 'one organization is one group', groups: ['devs'], user: 'jane' },
  { name: 'no organization is no group', groups: [], user: 'system:kube-proxy' },
];
for (const { name, user, groups } of CLIENTS) {
  test(name, async () => {
    const authority = processCertificateAuthority();
    const identity = await connect(authority.issueClientCertificate({ user, groups }));
    assert.is(identity.rejected, false);
    assert.is(identity.user?.name, user);
    assert.equal(identity.user?.groups, groups);
    assert.match(
      String(identity.user?.extra?.['authentication.kubernetes.io/credential-id']),
      /^X509SHA256=[0-9a-f]{64}$/,
    );
  });
}

test('a connection without a certificate proves nothing', async () => {
  assert.equal(await connect(undefined), { user: undefined, rejected: false });
});

test('a certificate of another authority is rejected', async () => {
  const stranger = createCertificateAuthority().issueClientCertificate({ user: 'admin', groups: ['system:masters'] });
  assert.equal(await connect(stranger), { user: undefined, rejected: true });
});

test('a serving certificate does not authenticate a client', async () => {
  assert.equal(await connect(processCertificateAuthority().issueServingCertificate()), {
    user: undefined,
    rejected: true,
  });
});

async function connect(client: { certPem: string; keyPem: string } | undefined): Promise<ClientIdentity> {
  const { caPem, issueServingCertificate } = processCertificateAuthority();
  const { certPem: cert, keyPem: key } = issueServingCertificate();
  const server = tls.createServer({ cert, key, ca: caPem, requestCert: true, rejectUnauthorized: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
  const { port } = server.address() as AddressInfo;
  const credential = client === undefined ? {} : { cert: client.certPem, key: client.keyPem };
  const socket = tls.connect({ port, host: '127.0.0.1', ca: caPem, ...credential });
  const [peer] = await accepted;
  const identity = clientIdentity(peer);
  socket.destroy();
  peer.destroy();
  server.close();
  return identity;
}

test.run();
