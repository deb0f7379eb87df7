/** Metrics of autoscalers: `autoscaling/v2` nests identifier, target and value; `autoscaling/v1` writes them flat. */
import { withoutUndefined } from './without-undefined.ts';

/** A metric, or the status of one, in the shape of v2. */
export interface Metric {
  type: string;
  resource?: MetricPart;
  containerResource?: MetricPart;
  pods?: MetricPart;
  object?: MetricPart;
  external?: MetricPart;
}

interface MetricPart {
  name?: string;
  container?: string;
  metric?: { name?: string; selector?: object };
  describedObject?: object;
  target?: MetricValue;
  current?: MetricValue;
}

interface MetricValue {
  type?: string;
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

/** The flat shape; its field names differ by the kind of metric and between spec and status. */
type FlatPart = Record<string, unknown>;
type FlatMetric = { type: string } & Record<string, FlatPart | string | undefined>;

/** Where v1 keeps each piece of a metric, by the v2 field of its kind. `T` stands for `target` or `current`. */
const FLAT_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  resource: { name: 'name', averageUtilization: 'TAverageUtilization', averageValue: 'TAverageValue' },
  containerResource: {
    name: 'name',
    container: 'container',
    averageUtilization: 'TAverageUtilization',
    averageValue: 'TAverageValue',
  },
  pods: { metricName: 'metricName', averageValue: 'TAverageValue', selector: 'selector' },
  object: {
    describedObject: 'target',
    metricName: 'metricName',
    value: 'TValue',
    selector: 'selector',
    averageValue: 'averageValue',
  },
  external: { metricName: 'metricName', selector: 'metricSelector', value: 'TValue', averageValue: 'TAverageValue' },
};

/** Values that v1 always writes, as zero where there is none. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  target: ['pods.averageValue', 'object.value'],
  current: [
    'resource.averageValue',
    'containerResource.averageValue',
    'pods.averageValue',
    'object.value',
    'external.value',
  ],
};

type Side = 'target' | 'current';

const flatName = (name: string, side: Side): string => (name.startsWith('T') ? side + name.slice(1) : name);

function flatten(metric: Metric, side: Side): FlatMetric {
  const flat: FlatMetric = { type: metric.type };
  for (const [kind, names] of Object.entries(FLAT_NAMES)) {
    const part = metric[kind as keyof Metric] as MetricPart | undefined;
    if (part === undefined) continue;
    const value = part[side] ?? {};
    const pieces: Record<string, unknown> = {
      ...part,
      ...value,
      metricName: part.metric?.name,
      selector: part.metric?.selector,
    };
    flat[kind] = withoutUndefined(
      Object.fromEntries(
        Object.entries(names).map(([piece, name]) => [
          flatName(name, side),
          pieces[piece] ?? (ALWAYS[side]?.includes(`${kind}.${piece}`) ? '0' : undefined),
        ]),
      ),
    );
  }
  return flat;
}

function nest(flat: FlatMetric, side: Side): Metric {
  const metric: Metric = { type: flat.type };
  for (const [kind, names] of Object.entries(FLAT_NAMES)) {
    const part = flat[kind];
    if (typeof part !== 'object') continue;
    const piece = (name: string): unknown => part[flatName(names[name] ?? '', side)];
    const isIdentified = names.metricName !== undefined;
    Object.assign(metric, {
      [kind]: withoutUndefined({
        describedObject: piece('describedObject'),
        name: isIdentified ? undefined : piece('name'),
        container: piece('container'),
        metric: isIdentified ? withoutUndefined({ name: piece('metricName'), selector: piece('selector') }) : undefined,
        [side]: nestedValue(piece, side),
      }),
    });
  }
  return metric;
}

function nestedValue(piece: (name: string) => unknown, side: Side): object {
  const [averageUtilization, averageValue] = [piece('averageUtilization'), piece('averageValue')];
  // an object's target may hold both; the average is what counts, and the zero beside it is only filler
  const value = averageValue === undefined ? piece('value') : undefined;
  const type = averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value';
  return withoutUndefined({ type: side === 'target' ? type : undefined, averageUtilization, averageValue, value });
}

/** A metric to scale by, as v1 writes it into an annotation. */
export const metricToV1 = (metric: Metric): object => flatten(metric, 'target');

/** A metric that was measured, as v1 writes it into an annotation. */
export const metricStatusToV1 = (metric: Metric): object => flatten(metric, 'current');

/** A metric to scale by, read from an annotation of v1. */
export const metricFromV1 = (flat: object): Metric => nest(flat as FlatMetric, 'target');

/** A metric that was measured, read from an annotation of v1. */
export const metricStatusFromV1 = (flat: object): Metric => nest(flat as FlatMetric, 'current');
