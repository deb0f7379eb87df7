/** Autoscalers keep their meaning between v1 and v2. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { autoscalerToV1, autoscalerToV2 } from '../../src/conversion/autoscaler.ts';

const test = suite('autoscaler conversion');
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } };

const v2 = (spec: object, status?: object): KubeObject => ({
  kind: 'HorizontalPodAutoscaler',
  apiVersion: 'autoscaling/v2',
  metadata: { name: 'h', annotations: { mine: 'yes' } },
  spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, ...spec },
  ...(status === undefined ? {} : { status }),
});

test('a CPU target is a field of v1 and needs no annotation', () => {
  const v1 = autoscalerToV1(v2({ metrics: [cpu] }));
  assert.is(v1.apiVersion, 'autoscaling/v1');
  assert.equal(v1.spec, { scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 60 });
  assert.equal(v1.metadata.annotations, { mine: 'yes' });
});

test('what v1 has no field for is kept in annotations', () => {
  const metrics = [
    cpu,
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
    {
      type: 'Object',
      object: {
        describedObject: { kind: 'Service', name: 's' },
        metric: { name: 'hits' },
        target: { type: 'AverageValue', averageValue: '5' },
      },
    },
  ];
  const behavior = { scaleUp: { stabilizationWindowSeconds: 5 } };
  const { annotations } = autoscalerToV1(v2({ metrics, behavior })).metadata;
  assert.is(
    annotations?.['autoscaling.alpha.kubernetes.io/metrics'],
    '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},{"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"hits","targetValue":"0","averageValue":"5"}}]',
  );
  assert.is(annotations?.['autoscaling.alpha.kubernetes.io/behavior'], '{"scaleUp":{"stabilizationWindowSeconds":5}}');
});

const ROUND_TRIPS: [string, KubeObject][] = [
  [
    'every kind of metric',
    v2({
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 5 } } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'c', target: { type: 'AverageValue', averageValue: '1' } },
        },
        {
          type: 'Pods',
          pods: {
            metric: { name: 'm', selector: { matchLabels: { a: 'b' } } },
            target: { type: 'AverageValue', averageValue: '2' },
          },
        },
        {
          type: 'Object',
          object: {
            describedObject: { kind: 'Service', name: 's' },
            metric: { name: 'm' },
            target: { type: 'Value', value: '3' },
          },
        },
        { type: 'External', external: { metric: { name: 'm' }, target: { type: 'Value', value: '4' } } },
        cpu,
      ],
    }),
  ],
  [
    'behavior, conditions and current metrics',
    v2(
      { metrics: [cpu], behavior: { scaleDown: { selectPolicy: 'Max' } } },
      {
        currentReplicas: 1,
        desiredReplicas: 2,
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 9, averageValue: '90m' } } },
        ],
        conditions: [{ type: 'AbleToScale', status: 'True' }],
      },
    ),
  ],
];
for (const [name, object] of ROUND_TRIPS)
  test(`${name} survive the way to v1 and back`, () => assert.equal(autoscalerToV2(autoscalerToV1(object)), object));

test('neither way changes the object it is given', () => {
  const object = Object.freeze(v2({ metrics: [cpu] }));
  Object.freeze(object.metadata);
  Object.freeze(object.spec);
  autoscalerToV1(object);
  assert.equal(object, v2({ metrics: [cpu] }));
});

test('an annotation that does not parse is ignored and dropped', () => {
  const v1 = { ...autoscalerToV1(v2({ metrics: [cpu] })) };
  v1.metadata = { name: 'h', annotations: { 'autoscaling.alpha.kubernetes.io/metrics': '{' } };
  const back = autoscalerToV2(v1);
  assert.equal([back.spec.metrics, back.metadata], [[cpu], { name: 'h' }]);
});

test.run();
