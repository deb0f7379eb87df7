/** Events: what happened to an object, in the namespace of that object. */
import { type FieldError, invalidValue, type KubeObject, labelKeyErrors, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy, StrategyContext } from '../../registry/strategy.ts';
import { checkName, checkUnchanged, type Errors } from '../validation/field-rules.ts';

const MAX_NAME = 128;
const MAX_NOTE = 1024;
/** The group in which clients say more, and are held to more. */
const STRICT_GROUP = 'events.k8s.io';

const isGiven = (time: unknown): boolean => time !== undefined && time !== null;

/** Objects without a namespace have their events in `default`; those of newer events may also be in `kube-system`. */
function checkNamespace(errors: Errors, { metadata, involvedObject = {}, eventTime }: KubeObject): void {
  const [own = '', involved = ''] = [metadata.namespace, involvedObject.namespace];
  const isNew = isGiven(eventTime);
  const agrees =
    involved === '' ? ['', 'default', ...(isNew ? ['kube-system'] : [])].includes(own) : isNew || involved === own;
  if (!agrees) errors.push(invalidValue('involvedObject.namespace', involved, 'does not match event.namespace'));
}

/** Only events of the newer kind say when they happened, and must say more. */
function checkEvent(errors: Errors, event: KubeObject, strict: boolean): void {
  checkNamespace(errors, event);
  if (!isGiven(event.eventTime)) return;
  const { reportingComponent = '', message = '' } = event;
  const reporter = strict ? 'reportingController' : 'reportingComponent';
  if (reportingComponent === '') errors.push(required(reporter));
  checkName(errors, reporter, reportingComponent, labelKeyErrors);
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const value: string = event[field] ?? '';
    if (value === '') errors.push(required(field));
    checkLength(errors, field, value, MAX_NAME);
  }
  checkLength(errors, 'message', message, MAX_NOTE);
}

function checkLength(errors: Errors, field: string, value: string, max: number): void {
  if (Buffer.byteLength(value) > max) errors.push(invalidValue(field, '', `can have at most ${max} characters`));
}

function checkSeries(errors: Errors, { series }: KubeObject): void {
  if (series === undefined) return;
  if (!(series.count >= 2)) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!isGiven(series.lastObservedTime)) errors.push(required('series.lastObservedTime'));
}

function checkStrictly(errors: Errors, event: KubeObject): void {
  const { type = '', eventTime, firstTimestamp, lastTimestamp, count = 0, source = {} } = event;
  checkSeries(errors, event);
  if (!isGiven(eventTime)) errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  const unset = (field: string): void => void errors.push(invalidValue(field, '', 'needs to be unset'));
  if (isGiven(firstTimestamp)) unset('firstTimestamp');
  if (isGiven(lastTimestamp)) unset('lastTimestamp');
  if (count !== 0) unset('count');
  if (source.component || source.host) unset('source');
}

/** In the order in which Kubernetes looks at them, one of them twice. */
const FIXED: readonly (readonly [field: string, shown?: string])[] = [
  ['involvedObject'],
  ['reason'],
  ['message'],
  ['source'],
  ['firstTimestamp'],
  ['lastTimestamp'],
  ['count'],
  ['reason'],
  ['type'],
  ['eventTime'],
  ['action'],
  ['related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance'],
];

function checkChange(errors: Errors, event: KubeObject, old: KubeObject): void {
  if (!deepEqual(event.series, old.series)) checkSeries(errors, event);
  for (const [field, shown = field] of FIXED) checkUnchanged(errors, shown, event[field], old[field]);
}

const isStrict = ({ servedGroup }: StrategyContext): boolean => servedGroup === STRICT_GROUP;

/** The strategy of Events, in the form of the core group. */
export const eventStrategy: Strategy = {
  allowCreateOnUpdate: true,
  validate(event, context): FieldError[] {
    const errors: Errors = [];
    checkEvent(errors, event, isStrict(context));
    if (isStrict(context)) checkStrictly(errors, event);
    return errors;
  },
  validateUpdate(event, old, context): FieldError[] {
    const errors: Errors = [];
    checkEvent(errors, event, isStrict(context));
    if (isStrict(context)) checkChange(errors, event, old);
    return errors;
  },
};
