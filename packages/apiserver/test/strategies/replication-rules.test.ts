import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf, template } from './_problems.ts';

const test = suite('Rules for ReplicationControllers and PodTemplates');

const controller = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'x', namespace: 'default' },
  spec: { selector: { app: 'web' }, template: template(), ...spec },
  status,
});

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'counts are not below none, and pods are those that are selected',
    controller({ replicas: -1, minReadySeconds: -1, selector: { app: 'other' } }),
    [
      'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'pods that are replaced restart, without a deadline',
    controller({ template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 5 }) }),
    [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported',
    ],
  ],
  [
    'a template has containers',
    {
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: { name: 'x', namespace: 'default' },
      template: template({ containers: [] }),
    },
    ['template.spec.containers: Required value'],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

test('no more pods are ready than there are', () => {
  const after = controller({}, { replicas: 1, readyReplicas: 2, availableReplicas: 3 });
  assert.equal(changeProblems(controller({}), after, 'status'), [
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
  ]);
});

test.run();
