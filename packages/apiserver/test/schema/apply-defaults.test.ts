/** Objects get the defaults that the real server gives them, wherever a type occurs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyDefaults } from '../../src/schema/apply-defaults.ts';
import { decodeObject } from '../../src/schema/decode-object.ts';
import { type Schema, schemaOfKind } from '../../src/schema/schema-table.ts';

const test = suite('applyDefaults');

const defaulted = (apiVersion: string, kind: string, value: object): Record<string, unknown> => {
  const schema = schemaOfKind(apiVersion, kind) as Schema;
  const { object } = decodeObject(value, schema, { fieldValidation: 'Strict' });
  applyDefaults(object, schema);
  return object;
};

const POD_SPEC = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};
const CONTAINER = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};
const containers = [{ name: 'a', image: 'a:1' }];
const template = { spec: { containers } };
const filledTemplate = {
  metadata: {},
  spec: { containers: [{ name: 'a', image: 'a:1', imagePullPolicy: 'IfNotPresent', ...CONTAINER }], ...POD_SPEC },
};

const ROWS: readonly (readonly [string, string, string, object, object])[] = [
  [
    'a pod gets its defaults and service links',
    'v1',
    'Pod',
    { spec: { containers } },
    {
      spec: { ...filledTemplate.spec, enableServiceLinks: true },
    },
  ],
  [
    'a deployment rolls a quarter at a time',
    'apps/v1',
    'Deployment',
    { spec: { template } },
    {
      spec: {
        replicas: 1,
        selector: null,
        template: filledTemplate,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
    },
  ],
  [
    'a stateful set keeps its claims and starts in order',
    'apps/v1',
    'StatefulSet',
    { spec: { template } },
    {
      spec: {
        replicas: 1,
        selector: null,
        serviceName: '',
        template: filledTemplate,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      },
    },
  ],
  [
    'a job runs once',
    'batch/v1',
    'Job',
    { spec: { template } },
    {
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        template: filledTemplate,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    },
  ],
  [
    'a job that is parallel has no default of completions',
    'batch/v1',
    'Job',
    { spec: { template, parallelism: 2 } },
    {
      spec: {
        parallelism: 2,
        backoffLimit: 6,
        template: filledTemplate,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    },
  ],
  [
    'a network policy is about ingress, and egress where it says so',
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] } },
    {
      spec: {
        podSelector: {},
        egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
        policyTypes: ['Ingress', 'Egress'],
      },
    },
  ],
  [
    'a role binding names its group',
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
  ],
  [
    'texts of a secret become data',
    'v1',
    'Secret',
    { data: { a: 'QQ==', b: 'Qg==' }, stringData: { b: 'alice' } },
    {
      data: { a: 'QQ==', b: 'YWxpY2U=' },
      type: 'Opaque',
    },
  ],
  [
    'a host path has an empty type',
    'v1',
    'PodTemplate',
    { template: { spec: { containers: [], volumes: [{ name: 'v', hostPath: { path: '/' } }, { name: 'e' }] } } },
    {
      template: {
        metadata: {},
        spec: {
          containers: null,
          ...POD_SPEC,
          volumes: [
            { name: 'v', hostPath: { path: '/', type: '' } },
            { name: 'e', emptyDir: {} },
          ],
        },
      },
    },
  ],
];
for (const [what, apiVersion, kind, given, expected] of ROWS)
  test(what, () => {
    const { metadata, status, ...rest } = defaulted(apiVersion, kind, given);
    assert.equal(rest, expected);
  });

const IMAGES: readonly (readonly [string, string])[] = [
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.25', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ['NO IMAGE', 'IfNotPresent'],
];
for (const [image, policy] of IMAGES)
  test(`the image ${image} is pulled ${policy}`, () => {
    const { spec } = defaulted('v1', 'Pod', { spec: { containers: [{ name: 'a', image }] } }) as {
      spec: { containers: { imagePullPolicy: string }[] };
    };
    assert.is(spec.containers[0]?.imagePullPolicy, policy);
  });

test('limits stand in for requests in pods, not in templates', () => {
  const limited = [{ name: 'a', resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } }];
  const pod = defaulted('v1', 'Pod', { spec: { containers: limited } }) as never as {
    spec: { containers: { resources: object }[] };
  };
  assert.equal(pod.spec.containers[0]?.resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  });
  const replicas = defaulted('apps/v1', 'ReplicaSet', {
    spec: { template: { spec: { containers: limited } } },
  }) as never as {
    spec: { template: { spec: { containers: { resources: object }[] } } };
  };
  assert.equal(replicas.spec.template.spec.containers[0]?.resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m' },
  });
});

test('a probe counts as the real one counts', () => {
  const pod = defaulted('v1', 'Pod', {
    spec: { containers: [{ name: 'a', readinessProbe: { httpGet: { port: 80 }, failureThreshold: 5 } }] },
  }) as never as { spec: { containers: { readinessProbe: object }[] } };
  assert.equal(pod.spec.containers[0]?.readinessProbe, {
    httpGet: { path: '/', port: 80, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 5,
  });
});

test('all defaults of a custom resource are meant, empty ones too', () => {
  const schema: Schema = {
    type: 'object',
    structural: true,
    properties: {
      spec: {
        type: 'object',
        default: {},
        properties: {
          text: { type: 'string', default: '' },
          list: {
            type: 'array',
            default: [],
            items: { type: 'object', properties: { on: { type: 'boolean', default: false } } },
          },
          nullable: { type: 'string', nullable: true, default: 'x' },
        },
      },
    },
  };
  const empty = {};
  applyDefaults(empty, schema);
  assert.equal(empty, { spec: { text: '', list: [], nullable: 'x' } });
  const given = { spec: { text: null, list: [{}], nullable: null } };
  applyDefaults(given, schema);
  assert.equal(given, { spec: { text: '', list: [{ on: false }], nullable: null } });
});

test.run();
