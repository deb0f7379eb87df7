import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Rules for Ingresses, their classes and NetworkPolicies');

const object = (kind: string, fields: object): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind,
  metadata: { name: 'x', namespace: 'default' },
  ...fields,
});
const backend = { service: { name: 's', port: { number: 80 } } };
const ingress = (spec: object, status: object = {}): KubeObject =>
  object('Ingress', { spec: { defaultBackend: backend, ...spec }, status });
const ingressClass = (spec: object): KubeObject => object('IngressClass', { spec });
const policy = (...from: readonly object[]): KubeObject =>
  object('NetworkPolicy', { spec: { podSelector: {}, ingress: [{ from }] } });
const selecting = (podSelector: object): KubeObject => object('NetworkPolicy', { spec: { podSelector } });

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'hosts are names, and paths lead somewhere',
    ingress({
      rules: [
        { host: '10.0.0.1', http: { paths: [] } },
        { host: 'a.*', http: { paths: [{ path: '/' }] } },
      ],
    }),
    [
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
      'spec.rules[0].http.paths: Required value',
      `spec.rules[1].host: Invalid value: "a.*": ${WILDCARD}`,
      'spec.rules[1].http.paths[0].pathType: Required value: pathType must be specified',
    ],
  ],
  [
    'a backend is one thing, with one port',
    ingress({
      defaultBackend: { ...backend, resource: { kind: 'K', name: 'n' } },
      rules: [
        {
          http: {
            paths: [
              { pathType: 'Exact', path: '/', backend: { service: { name: '', port: { name: 'a', number: 1 } } } },
              { pathType: 'ImplementationSpecific', path: 'x', backend: { resource: { apiGroup: 'A', kind: 'a/b' } } },
              { pathType: 'Odd', path: '/', backend: {} },
            ],
          },
        },
      ],
    }),
    [
      'spec.defaultBackend: Invalid value: "": cannot set both resource and service backends',
      'spec.rules[0].http.paths[0].backend.service.name: Required value',
      'spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both port name & port number',
      'spec.rules[0].http.paths[1].path: Invalid value: "x": must be an absolute path',
      `spec.rules[0].http.paths[1].backend.resource.apiGroup: Invalid value: "A": ${SUBDOMAIN}`,
      'spec.rules[0].http.paths[1].backend.resource.kind: Invalid value: "a/b": may not contain \'/\'',
      'spec.rules[0].http.paths[1].backend.resource.name: Required value',
      'spec.rules[0].http.paths[2].pathType: Unsupported value: "Odd": supported values: "Exact", "ImplementationSpecific", "Prefix"',
      'spec.rules[0].http.paths[2].backend: Invalid value: "": resource or service backend is required',
    ],
  ],
  [
    'the parameters of a class are in a namespace, or in none',
    ingressClass({ controller: 'example.com/a b', parameters: { kind: 'K', name: 'n', scope: 'Namespace' } }),
    [
      "spec.controller: Invalid value: \"a b\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  ],
  [
    'a policy has at most two types',
    object('NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress', 'Other'] } }),
    ['spec.policyTypes: Invalid value: ["Ingress","Egress","Other"]: may not specify more than two policyTypes'],
  ],
  [
    'and they are known',
    object('NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Other'] } }),
    ['spec.policyTypes[0]: Unsupported value: "Other": supported values: "Ingress", "Egress"'],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const wildcard = { host: '*.example.com', http: { paths: [] } };
const balanced = (...ips: readonly string[]): object => ({ loadBalancer: { ingress: ips.map((ip) => ({ ip })) } });
const badValue = { matchExpressions: [{ key: 'a', operator: 'In', values: ['-'] }] };

const CHANGES: readonly (readonly [
  name: string,
  before: KubeObject,
  after: KubeObject,
  problems: readonly string[],
  subresource?: string,
])[] = [
  [
    'names of Secrets that were taken stay',
    ingress({ tls: [{ secretName: 'A' }] }),
    ingress({ tls: [{ secretName: 'A' }, { secretName: 'B' }] }),
    [],
  ],
  [
    'new ones are names',
    ingress({}),
    ingress({ tls: [{ secretName: 'A' }] }),
    [`spec.tls[0].secretName: Invalid value: "A": ${SUBDOMAIN}`],
  ],
  ['rules of wildcards that were taken stay', ingress({ rules: [wildcard] }), ingress({ rules: [wildcard] }), []],
  [
    'new ones lead somewhere',
    ingress({}),
    ingress({ rules: [wildcard] }),
    ['spec.rules[0].http.paths: Required value'],
  ],
  [
    'addresses of a balancer that were taken stay',
    ingress({}, balanced('010.0.0.1')),
    ingress({}, balanced('010.0.0.1', '010.0.0.2')),
    ['status.loadBalancer.ingress[1].ip: Invalid value: "010.0.0.2": must not have leading 0s'],
    'status',
  ],
  [
    'a class keeps its controller',
    ingressClass({ controller: 'example.com/a' }),
    ingressClass({ controller: 'example.com/b' }),
    ['spec.controller: Invalid value: "example.com/b": field is immutable'],
  ],
  [
    'ranges that were taken stay, wherever they stand',
    policy({ ipBlock: { cidr: '10.0.0.1/8' } }),
    policy({ ipBlock: { cidr: '10.0.0.0/7', except: ['10.0.0.1/8'] } }),
    [],
  ],
  [
    'new ones are ranges',
    policy({ ipBlock: { cidr: '10.0.0.1/8' } }),
    policy({ ipBlock: { cidr: '10.0.0.2/8' } }),
    [
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.2/8": must not have bits set beyond the prefix length',
    ],
  ],
  ['values of a selector that were taken stay', selecting(badValue), selecting(badValue), []],
  [
    'new ones are values of labels',
    selecting({}),
    selecting(badValue),
    [`spec.podSelector.matchExpressions[0].values[0]: Invalid value: "-": ${LABEL_VALUE}`],
  ],
];

for (const [name, before, after, problems, subresource] of CHANGES)
  test(name, () => assert.equal(changeProblems(before, after, subresource), problems));

test.run();
