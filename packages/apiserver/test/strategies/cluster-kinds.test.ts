import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, filled, problemsOf, warningsOf } from './_problems.ts';

const test = suite('Strategies of networking, storage, scaling, policy and the cluster');

const object = (apiVersion: string, kind: string, fields: object, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...fields,
});
const NETWORK = 'networking.k8s.io/v1';
const backend = { service: { name: 's', port: { number: 80 } } };
const ingress = (path: object): KubeObject =>
  object(NETWORK, 'Ingress', { spec: { rules: [{ http: { paths: [path] } }] } });

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['an Ingress is fine', ingress({ path: '/', pathType: 'Prefix', backend }), []],
  [
    'paths are absolute, and do not lead astray',
    ingress({ path: 'x//y/..', pathType: 'Exact', backend: { service: { name: 's', port: {} } } }),
    [
      'spec.rules[0].http.paths[0].path: Invalid value: "x//y/..": must be an absolute path',
      'spec.rules[0].http.paths[0].path: Invalid value: "x//y/..": must not contain \'//\'',
      'spec.rules[0].http.paths[0].path: Invalid value: "x//y/..": cannot end with \'/..\'',
      'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
    ],
  ],
  [
    'an Ingress leads somewhere',
    object(NETWORK, 'Ingress', { spec: {} }),
    ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
  ],
  [
    'a NetworkPolicy names peers and ports',
    object(NETWORK, 'NetworkPolicy', {
      spec: {
        podSelector: {},
        ingress: [{ ports: [{ port: 0 }], from: [{}, { ipBlock: { cidr: '10.0.0.1/8', except: ['11.0.0.0/16'] } }] }],
      },
    }),
    [
      'spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ingress[0].from[0]: Required value: must specify a peer',
      'spec.ingress[0].from[1].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ],
  ],
  [
    'an IngressClass has a controller with a domain',
    object(NETWORK, 'IngressClass', { spec: { controller: 'nginx' } }),
    ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'a volume has a size, modes and a source',
    object('v1', 'PersistentVolume', { spec: {} }),
    [
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: null: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  ],
  [
    'a claim asks for a size',
    object('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['X'] } }),
    [
      'spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.resources[storage]: Required value',
    ],
  ],
  [
    'a StorageClass has a provisioner',
    object('storage.k8s.io/v1', 'StorageClass', { provisioner: '', volumeBindingMode: 'Later' }),
    [
      'provisioner: Required value',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'an APIService has a group, a version, an order and a port',
    object('apiregistration.k8s.io/v1', 'APIService', { spec: { version: 'V', service: { port: 70_000 } } }),
    [
      'metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "V."',
      'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
      "spec.version: Invalid value: \"V\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
    ],
  ],
  [
    'a budget counts one way',
    object('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '101%' } }),
    ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    'a Lease lasts',
    object('coordination.k8s.io/v1', 'Lease', { spec: { leaseDurationSeconds: 0 } }),
    ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  ],
  [
    'a quota limits what can be counted',
    object('v1', 'ResourceQuota', { spec: { hard: { storage: '1', pods: '1500m' }, scopes: ['BestEffort', 'Odd'] } }),
    [
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.scopes: Invalid value: ["BestEffort","Odd"]: unsupported scope',
    ],
  ],
  [
    'a LimitRange is in order',
    object('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } }),
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
  ],
  [
    'only the system has the highest priorities',
    object('scheduling.k8s.io/v1', 'PriorityClass', { value: 1_000_000_001 }),
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  [
    'and its names',
    object('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 }, 'system-mine'),
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
  ],
  [
    'taints stand once for each effect',
    object('v1', 'Node', {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoSchedule' },
        ],
      },
    }),
    [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  ],
  [
    'a webhook is somewhere, and named after a domain',
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: [{ name: 'hook', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig: {} }],
    }),
    [
      'webhooks[0].name: Invalid value: "hook": should be a domain with at least three segments separated by dots',
      'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    ],
  ],
  [
    'a binding of a policy says what to do',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p' } }),
    ['spec.validationActions: Required value: at least one validation action is required'],
  ],
  [
    'credentials of a registry are JSON',
    object('v1', 'Secret', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } }),
    [
      'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'x\' looking for beginning of value',
    ],
  ],
  [
    'a signing request has a known signer and usages',
    object('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      spec: { request: 'AA==', signerName: 'nobody', usages: ['dance'] },
    }),
    [
      'spec.request: Invalid value: "AA==": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages[0]: Unsupported value: "dance": supported values: "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping"',
      'spec.signerName: Invalid value: "nobody": must be a fully qualified domain and path of the form "example.com/signer-name"',
    ],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const claim = (spec: object): KubeObject =>
  object('v1', 'PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });

test('a claim keeps what it asks for', () => {
  assert.equal(changeProblems(claim({}), claim({ volumeName: 'v' })), []);
  assert.equal(changeProblems(claim({ volumeName: 'v' }), claim({ volumeName: 'w' })), [
    `spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
@@ -9,7 +9,7 @@
    "storage": "1Gi"
   }
  },
- "VolumeName": "v",
+ "VolumeName": "w",
  "StorageClassName": null,
  "VolumeMode": "Filesystem",
  "DataSource": null,
`,
  ]);
});

const volume = (spec: object): KubeObject =>
  object('v1', 'PersistentVolume', { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec } });

test('a volume keeps its source, and the nodes that reach it', () => {
  const affinity = (key: string): object => ({
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }] },
  });
  const [a, b] = [
    volume({ hostPath: { path: '/a' }, nodeAffinity: affinity('a') }),
    volume({ hostPath: { path: '/b' }, nodeAffinity: affinity('b') }),
  ];
  assert.equal(changeProblems(a, b), [
    `spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation
@@ -2,7 +2,7 @@
  "GCEPersistentDisk": null,
  "AWSElasticBlockStore": null,
  "HostPath": {
-  "Path": "/a",
+  "Path": "/b",
   "Type": ""
  },
  "Glusterfs": null,
`,
    'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"b","Operator":"Exists","Values":null}],"MatchFields":null}]}}: field is immutable, except for updating from beta label to GA',
  ]);
});

test('a class of attributes that has been applied is not taken away', () => {
  const before = { ...claim({ volumeName: 'v', volumeAttributesClassName: 'gold' }), status: { phase: 'Bound' } };
  const after = { ...claim({ volumeName: 'v' }), status: { phase: 'Bound' } };
  assert.equal(changeProblems(before, after), []);
});

test('the value of a priority never changes', () => {
  const before = object('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 });
  assert.equal(changeProblems(before, { ...before, value: 2 }), ['value: Forbidden: may not be changed in an update.']);
});

test('the range of a node is given once', () => {
  const node = (podCIDR: string): KubeObject => object('v1', 'Node', { spec: { podCIDR } });
  assert.equal(changeProblems(node('10.0.0.0/24'), node('10.0.1.0/24')), [
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  ]);
});

test('a signing request is of whom it comes from', () => {
  const request = filled(
    object('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      spec: { request: '', signerName: '', usages: [] },
    }),
  );
  assert.is(request.spec.username, undefined);
  assert.ok(problemsOf(request).includes('spec.usages: Required value'));
});

test('the old annotation for the class of an Ingress is deprecated', () => {
  const annotated = ingress({ path: '/', pathType: 'Prefix', backend });
  annotated.metadata.annotations = { 'kubernetes.io/ingress.class': 'nginx' };
  assert.equal(warningsOf(annotated), [
    'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
  ]);
});

test.run();
