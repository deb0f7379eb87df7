import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Strategy of autoscalers');

const scaler = (spec: object): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a', namespace: 'default' },
  spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...spec },
});
const metric = (type: string, sources: object): KubeObject => scaler({ metrics: [{ type, ...sources }] });
const pacing = (rules: object): KubeObject => scaler({ behavior: { scaleUp: rules } });
const POLICY = { type: 'Pods', value: 1, periodSeconds: 60 };

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'an autoscaler has a ceiling and a target',
    scaler({ maxReplicas: 0, scaleTargetRef: { kind: '', name: 'a/b' } }),
    [
      'spec.maxReplicas: Required value: must be set and greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    'a ReplicationController has no group',
    scaler({ scaleTargetRef: { kind: 'ReplicationController', name: 'r' } }),
    [],
  ],
  [
    'a version has at most one group',
    scaler({ scaleTargetRef: { apiVersion: 'a/b/c', kind: 'D', name: 'd' } }),
    ['spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
  ],
  [
    'a ceiling is not below zero',
    scaler({ maxReplicas: -1 }),
    [
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
    ],
  ],
  [
    'nothing scales to none by what the pods use',
    scaler({ minReplicas: 0 }),
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'a metric has a known type',
    metric('Guess', {}),
    [
      'spec.metrics[0].type: Unsupported value: "Guess": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[0].type: Unsupported value: "Guess": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
  ],
  [
    'a metric has its own source',
    metric('Pods', { resource: { name: 'cpu', target: { type: 'Value', value: '0' } } }),
    [
      'spec.metrics[0].resource.target.value: Invalid value: "0": must be positive',
      'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
    ],
  ],
  [
    'a metric has one source',
    metric('Pods', {
      object: { describedObject: { kind: 'Service', name: 's' }, metric: { name: 'm' }, target: { type: 'Value' } },
      pods: {},
    }),
    [
      'spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue',
      'spec.metrics[0].object: Forbidden: must populate the given metric source only',
    ],
  ],
  [
    'a container and its resource have names',
    metric('ContainerResource', {
      containerResource: { name: 'pods', container: 'A', target: { type: 'Utilization', averageUtilization: 0 } },
    }),
    [
      'spec.metrics[0].containerResource.name: Invalid value: "pods": must be a standard resource for containers',
      "spec.metrics[0].containerResource.container: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.metrics[0].containerResource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    ],
  ],
  [
    'an external metric is counted one way',
    metric('External', { external: { metric: {}, target: { type: 'Value', value: '1', averageValue: '1' } } }),
    [
      'spec.metrics[0].external.metric.name: Required value: must specify a metric name',
      'spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
    ],
  ],
  [
    'pace has policies and limits',
    pacing({ stabilizationWindowSeconds: -1, selectPolicy: 'Odd', policies: [{ ...POLICY, periodSeconds: 1801 }] }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Odd": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  ],
  [
    'what is tolerated is not negative',
    pacing({ stabilizationWindowSeconds: 3601, policies: [{ ...POLICY, value: 0 }], tolerance: '-1' }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
];

for (const [name, object, problems] of ROWS) test(name, () => assert.equal(problemsOf(object), problems));

test('a target that was stored without a group keeps it', () => {
  const old = scaler({ scaleTargetRef: { kind: 'Deployment', name: 'd' } });
  assert.equal(changeProblems(old, scaler({ maxReplicas: 9, scaleTargetRef: { kind: 'Deployment', name: 'd' } })), []);
  assert.equal(changeProblems(scaler({}), old), [
    'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
  ]);
});

test.run();
