/** What a client certificate is worth at the listener. */
import { once } from 'node:events';
import { request } from 'node:https';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createCertificateAuthority,
  processCertificateAuthority,
} from '../../src/certificates/certificate-authority.ts';
import { buildApiServer, listen } from '../../src/index.ts';

const test = suite('client certificates');

interface Credentials {
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  readonly token?: string;
}

const OURS = processCertificateAuthority();
const FOREIGN = createCertificateAuthority().issueClientCertificate({ user: 'jane', groups: ['system:masters'] });

const CASES: { name: string; credentials: Credentials; status: number }[] = [
  { name: 'no certificate at all is anonymous, who may read the version', credentials: {}, status: 200 },
  {
    name: 'a certificate of ours lets in',
    credentials: { certificate: OURS.issueClientCertificate({ user: 'jane', groups: [] }) },
    status: 200,
  },
  { name: 'a certificate of somebody else is not authenticated', credentials: { certificate: FOREIGN }, status: 401 },
  {
    name: 'a certificate of ours that names nobody is as good as none',
    credentials: { certificate: OURS.issueClientCertificate({ user: '', groups: [] }) },
    status: 200,
  },
  {
    name: 'a token that holds makes good for a certificate that does not',
    credentials: { certificate: FOREIGN, token: 'good' },
    status: 200,
  },
  {
    name: 'a token that does not hold makes good for nothing',
    credentials: { certificate: FOREIGN, token: 'bad' },
    status: 401,
  },
];

for (const { name, credentials, status } of CASES)
  test(name, async () => {
    const answer = await ask(credentials);
    assert.is(answer.status, status);
    if (status === 401)
      assert.equal(JSON.parse(answer.text), {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Unauthorized',
        reason: 'Unauthorized',
        code: 401,
      });
  });

async function ask({ certificate, token }: Credentials): Promise<{ status: number; text: string }> {
  const apiServer = await buildApiServer({ tokens: { good: { name: 'jim' } } });
  const { certPem: cert, keyPem: key } = OURS.issueServingCertificate();
  await using listener = await listen(apiServer, { tls: { cert, key, clientCa: OURS.caPem } });
  const sent = request(`${listener.url}/version`, {
    ca: OURS.caPem,
    agent: false,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(certificate === undefined ? {} : { cert: certificate.certPem, key: certificate.keyPem }),
  }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  apiServer.close();
  return { status: response.statusCode, text };
}

test.run();
