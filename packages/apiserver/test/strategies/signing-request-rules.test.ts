import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCertificateAuthority } from '../../src/certificates/certificate-authority.ts';
import type { StrategyContext } from '../../src/registry/strategy.ts';
import { signingRequestStrategy } from '../../src/strategies/certificates/signing-request-strategy.ts';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Rules for CertificateSigningRequests');

const pem = (type: string, body = 'AAAA'): string =>
  Buffer.from(`-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`).toString('base64');

const request = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'x' },
  spec: {
    request: pem('CERTIFICATE REQUEST'),
    signerName: 'example.com/signer',
    usages: ['client auth'],
    ...spec,
  },
  status,
});
const decided = (...conditions: readonly object[]): KubeObject => request({}, { conditions });
const certified = (certificate: string): KubeObject => request({}, { certificate });
const is = (type: string, status = 'True', rest: object = {}): object => ({ type, status, ...rest });

const PEM_TYPE = 'PEM block type must be CERTIFICATE REQUEST';

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['a request is fine', request({}), []],
  ['a request asks for something', request({ request: null }), [`spec.request: Invalid value: null: ${PEM_TYPE}`]],
  [
    'the first block is the request',
    request({ request: pem('CERTIFICATE'), expirationSeconds: 1 }),
    [
      `spec.request: Invalid value: "${pem('CERTIFICATE')}": ${PEM_TYPE}`,
      'spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ],
  [
    'usages stand once',
    request({ usages: ['client auth', 'client auth'] }),
    ['spec.usages[1]: Duplicate value: "client auth"'],
  ],
  [
    'the signer of old is gone',
    request({ signerName: 'kubernetes.io/legacy-unknown' }),
    [
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const CHANGES: readonly (readonly [
  name: string,
  subresource: string,
  after: KubeObject,
  problems: readonly string[],
])[] = [
  ['approval decides', 'approval', decided(is('Approved')), []],
  [
    'but one way, and for good',
    'approval',
    decided(is('Approved'), is('Denied', 'False'), is('Approved')),
    [
      'status.conditions[1].status: Unsupported value: "False": supported values: "True"',
      'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
      'status.conditions[2].type: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive',
      'status.conditions[2].type: Duplicate value: "Approved"',
    ],
  ],
  [
    'conditions have a type and a status',
    'approval',
    decided({}, { type: 'Odd' }),
    [
      'status.conditions[0].type: Required value',
      'status.conditions[0].status: Required value',
      'status.conditions[1].status: Required value',
    ],
  ],
  ['a failure is told with the status', 'status', decided(is('Failed')), []],
  [
    'which does not decide',
    'status',
    decided(is('Approved')),
    ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
  ],
  [
    'a certificate is one',
    'status',
    certified(pem('CERTIFICATE')),
    ['status.certificate: Invalid value: "<certificate data>": x509: malformed certificate'],
  ],
  [
    'and nothing else',
    'status',
    certified(pem('RSA PRIVATE KEY')),
    [
      'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "RSA PRIVATE KEY"',
    ],
  ],
  [
    'not even headers',
    'status',
    certified(pem('CERTIFICATE', 'Proc-Type: 4\n\nAAAA')),
    ['status.certificate: Invalid value: "<certificate data>": no PEM block headers are permitted'],
  ],
  [
    'nor none at all',
    'status',
    certified('AAAA'),
    ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block'],
  ],
];

for (const [name, subresource, after, problems] of CHANGES)
  test(name, () => assert.equal(changeProblems(request({}), after, subresource), problems));

const statusProblems = (old: KubeObject, next: KubeObject): string[] =>
  (signingRequestStrategy.validateStatusUpdate?.(next, old, {} as StrategyContext) ?? []).map(
    ({ field, body }) => `${field}: ${body}`,
  );
const certificate = (): KubeObject => certified(Buffer.from(createCertificateAuthority().caPem).toString('base64'));

test('a certificate is given once', () => {
  const given = certificate();
  assert.equal(statusProblems(request({}), given), []);
  assert.equal(statusProblems(given, certificate()), [
    'status.certificate: Forbidden: updates may not modify existing certificate content',
  ]);
});

test('what has been decided stays so', () => {
  const old = decided(is('Approved'), is('Failed'));
  assert.equal(statusProblems(old, decided(is('Approved', 'True', { reason: 'R' }))), [
    'status.conditions: Forbidden: updates may not remove a condition of type "Failed"',
    'status.conditions: Forbidden: updates may not modify a condition of type "Approved"',
  ]);
});

test('what was wrong before may stay', () => {
  const odd = { usages: ['dance', 'dance'], signerName: 'kubernetes.io/legacy-unknown' };
  const old = request(odd, { conditions: [is('Approved'), is('Denied')] });
  assert.equal(statusProblems(old, structuredClone(old)), []);
});

test.run();
