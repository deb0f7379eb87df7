/** Events in their two shapes: `v1` of the core group, in which they are stored, and `events.k8s.io/v1`. */
import type { KubeObject } from '@towtank/apimachinery';
import { withoutUndefined } from './without-undefined.ts';

/** The core shape of an `events.k8s.io/v1` Event. The given object is not changed. */
export function eventToCore(event: KubeObject): KubeObject {
  return withoutUndefined({
    kind: 'Event',
    apiVersion: 'v1',
    metadata: event.metadata,
    involvedObject: event.regarding ?? {},
    reason: event.reason,
    message: event.note,
    source: event.deprecatedSource ?? {},
    firstTimestamp: event.deprecatedFirstTimestamp ?? null,
    lastTimestamp: event.deprecatedLastTimestamp ?? null,
    count: event.deprecatedCount,
    type: event.type,
    eventTime: event.eventTime ?? null,
    series: event.series,
    action: event.action,
    related: event.related,
    reportingComponent: event.reportingController ?? '',
    reportingInstance: event.reportingInstance ?? '',
  });
}

/** The `events.k8s.io/v1` shape of a core Event. The given object is not changed. */
export function eventFromCore(event: KubeObject): KubeObject {
  return withoutUndefined({
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata: event.metadata,
    eventTime: event.eventTime ?? null,
    series: event.series,
    reportingController: event.reportingComponent || undefined,
    reportingInstance: event.reportingInstance || undefined,
    action: event.action,
    reason: event.reason,
    regarding: event.involvedObject ?? {},
    related: event.related,
    note: event.message,
    type: event.type,
    deprecatedSource: event.source ?? {},
    deprecatedFirstTimestamp: event.firstTimestamp ?? null,
    deprecatedLastTimestamp: event.lastTimestamp ?? null,
    deprecatedCount: event.count,
  });
}
