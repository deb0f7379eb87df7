/**
 * Horizontal pod autoscalers in their two shapes: `autoscaling/v2`, in which they are stored, and `autoscaling/v1`,
 * which knows one CPU target only and keeps everything else as JSON in annotations.
 */
import type { KubeObject } from '@towtank/apimachinery';
import { type Metric, metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './autoscaler-metric.ts';
import { withoutUndefined } from './without-undefined.ts';

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const ROUND_TRIP = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];

type Annotations = Record<string, string>;

/** The `autoscaling/v2` shape of an `autoscaling/v1` autoscaler. The given object is not changed. */
export function autoscalerToV2(v1: KubeObject): KubeObject {
  const annotations = v1.metadata.annotations ?? {};
  return withoutUndefined({
    ...v1,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(v1.metadata, withoutRoundTrip(annotations)),
    spec: v1.spec === undefined ? undefined : specToV2(v1.spec, annotations),
    status: v1.status === undefined ? undefined : statusToV2(v1.status, annotations),
  });
}

function specToV2(spec: KubeObject['spec'], annotations: Annotations): object {
  const { targetCPUUtilizationPercentage: target, ...rest } = spec;
  const cpu = target === undefined ? [] : [cpuMetric('target', { type: 'Utilization', averageUtilization: target })];
  const metrics = [...listIn(annotations, METRICS).map(metricFromV1), ...cpu];
  return withoutUndefined({
    ...rest,
    metrics: metrics.length === 0 ? undefined : metrics,
    behavior: valueIn(annotations, BEHAVIOR),
  });
}

function statusToV2(status: KubeObject['status'], annotations: Annotations): object {
  const { currentCPUUtilizationPercentage: current, ...rest } = status;
  const cpu = current === undefined ? [] : [cpuMetric('current', { averageUtilization: current })];
  const reported = listIn(annotations, CURRENT_METRICS).map(metricStatusFromV1);
  // the annotation holds the CPU metric too, and knows more of it
  const metrics = reported.length > 0 ? reported : cpu;
  const conditions = listIn(annotations, CONDITIONS);
  return withoutUndefined({
    ...rest,
    currentMetrics: metrics.length === 0 ? null : metrics,
    conditions: conditions.length === 0 ? undefined : conditions,
  });
}

const cpuMetric = (part: 'target' | 'current', value: object): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', [part]: value },
});

/** The `autoscaling/v1` shape of an `autoscaling/v2` autoscaler. The given object is not changed. */
export function autoscalerToV1(v2: KubeObject): KubeObject {
  return withoutUndefined({
    ...v2,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(v2.metadata, {
      ...withoutRoundTrip(v2.metadata.annotations ?? {}),
      ...roundTripAnnotations(v2),
    }),
    spec: v2.spec === undefined ? undefined : specToV1(v2.spec),
    status: v2.status === undefined ? undefined : statusToV1(v2.status),
  });
}

function specToV1(spec: KubeObject['spec']): object {
  const { metrics, behavior, ...rest } = spec;
  const cpu = (metrics as Metric[] | undefined)?.find(isCpu);
  return withoutUndefined({ ...rest, targetCPUUtilizationPercentage: cpu?.resource?.target?.averageUtilization });
}

function statusToV1(status: KubeObject['status']): object {
  const { currentMetrics, conditions, ...rest } = status;
  const cpu = (currentMetrics as Metric[] | null | undefined)?.find(isCpu);
  return withoutUndefined({
    ...rest,
    currentReplicas: rest.currentReplicas ?? 0,
    currentCPUUtilizationPercentage: cpu?.resource?.current?.averageUtilization,
  });
}

const isCpu = ({ type, resource }: Metric): boolean => type === 'Resource' && resource?.name === 'cpu';

/** What v1 has no field for. Current metrics are kept whole, the CPU one too: its raw value has no field either. */
function roundTripAnnotations({ spec, status }: KubeObject): Annotations {
  const metrics = ((spec?.metrics ?? []) as Metric[]).filter(
    (metric) => !(isCpu(metric) && metric.resource?.target?.averageUtilization !== undefined),
  );
  const current = (status?.currentMetrics ?? []) as Metric[];
  const conditions = (status?.conditions ?? []) as object[];
  return {
    ...(metrics.length === 0 ? {} : { [METRICS]: JSON.stringify(metrics.map(metricToV1)) }),
    ...(current.length === 0 ? {} : { [CURRENT_METRICS]: JSON.stringify(current.map(metricStatusToV1)) }),
    ...(spec?.behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(spec.behavior) }),
    ...(conditions.length === 0 ? {} : { [CONDITIONS]: JSON.stringify(conditions) }),
  };
}

const withoutRoundTrip = (annotations: Annotations): Annotations =>
  Object.fromEntries(Object.entries(annotations).filter(([key]) => !ROUND_TRIP.includes(key)));

function withAnnotations({ annotations: _, ...metadata }: KubeObject['metadata'], annotations: Annotations): object {
  return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
}

/** The value of an annotation; undefined when it is missing or is not JSON of an object, for then it is ignored. */
function valueIn(annotations: Annotations, key: string): unknown {
  const text = annotations[key];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function listIn(annotations: Annotations, key: string): Metric[] {
  const value = valueIn(annotations, key);
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}
