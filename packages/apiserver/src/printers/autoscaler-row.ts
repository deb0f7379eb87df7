/** Rows of horizontal pod autoscalers, whichever version they are served in. */
import type { KubeObject } from '@towtank/apimachinery';
import { autoscalerToV2 } from '../conversion/autoscaler.ts';
import { count, creationAge, nameOf, quantityText } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const SHOWN = 2;
const UNKNOWN = '<unknown>';

interface MetricValue {
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

/** A metric's source or status: what it is of, and either its target or its current value. */
interface MetricPart {
  name?: string;
  target?: MetricValue;
  current?: MetricValue;
}

type Metric = { type: string } & Record<string, MetricPart | string | undefined>;

/** `Resource` to `resource`: the field of a metric that its type names. */
const partOf = (metric: Metric | undefined, type: string): MetricPart | undefined =>
  metric?.[type.charAt(0).toLowerCase() + type.slice(1)] as MetricPart | undefined;

/** A current value; where the metric is reported without it, Kubernetes prints a nil pointer. */
function currentText(status: MetricPart | undefined, field: 'averageValue' | 'value'): string {
  if (status === undefined) return UNKNOWN;
  const value = status.current?.[field];
  return value === undefined ? '<nil>' : quantityText(value);
}

function valueText(spec: MetricPart, status: MetricPart | undefined): string {
  if (spec.target?.averageValue === undefined)
    return `${currentText(status, 'value')}/${quantityText(spec.target?.value)}`;
  const average = status?.current?.averageValue;
  return `${average === undefined ? UNKNOWN : quantityText(average)}/${quantityText(spec.target.averageValue)} (avg)`;
}

function resourceText(spec: MetricPart, status: MetricPart | undefined): string {
  const { averageValue, averageUtilization } = spec.target ?? {};
  if (averageValue !== undefined)
    return `${spec.name}: ${currentText(status, 'averageValue')}/${quantityText(averageValue)}`;
  const current = status?.current?.averageUtilization;
  const target = averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`;
  return `${spec.name}: ${current === undefined ? UNKNOWN : `${current}%`}/${target}`;
}

function metricText(metric: Metric, reported: Metric | undefined): string {
  const spec = partOf(metric, metric.type);
  if (spec === undefined) return '<unknown type>';
  const status = partOf(reported, metric.type);
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource':
      return resourceText(spec, status);
    case 'Pods':
      return `${currentText(status, 'averageValue')}/${quantityText(spec.target?.averageValue)}`;
    case 'Object':
    case 'External':
      return valueText(spec, status);
    default:
      return '<unknown type>';
  }
}

function metricsText({ spec, status }: KubeObject): string {
  const metrics = (spec?.metrics ?? []) as Metric[];
  const reported = (status?.currentMetrics ?? []) as Metric[];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, SHOWN).map((metric, index) => metricText(metric, reported[index]));
  return `${texts.join(', ')}${metrics.length > SHOWN ? ` + ${metrics.length - SHOWN} more...` : ''}`;
}

const autoscaler: RowPrinter = {
  cells(object, now) {
    const scaler = object.apiVersion === 'autoscaling/v1' ? autoscalerToV2(object) : object;
    const { spec, status } = scaler;
    return [
      nameOf(scaler),
      `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
      metricsText(scaler),
      `${spec?.minReplicas ?? '<unset>'}`,
      count(spec?.maxReplicas),
      count(status?.currentReplicas),
      creationAge(scaler, now),
    ];
  },
};

/** HorizontalPodAutoscaler, v1 and v2. */
export const autoscalerRows: RowPrinters = { 'autoscaling/HorizontalPodAutoscaler': autoscaler };
