/** Rows of events, whichever group they are served in. */
import type { KubeObject } from '@towtank/apimachinery';
import { eventToCore } from '../conversion/event.ts';
import { nameOf } from './cell-text.ts';
import { ageOf } from './human-duration.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

/** When an event was seen first and last, and how often: from its series where it has one. */
function occurrences(event: KubeObject, now: number): { first: string; last: string; count: number } {
  const first = ageOf(event.firstTimestamp || event.eventTime, now);
  if (event.series) return { first, last: ageOf(event.series.lastObservedTime, now), count: event.series.count ?? 0 };
  return { first, last: event.lastTimestamp ? ageOf(event.lastTimestamp, now) : first, count: event.count || 1 };
}

function targetText({ involvedObject }: KubeObject): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function sourceText({ source, reportingComponent, reportingInstance }: KubeObject): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

const event: RowPrinter = {
  cells(object, now) {
    const core = object.apiVersion === 'events.k8s.io/v1' ? eventToCore(object) : object;
    const { first, last, count } = occurrences(core, now);
    return [
      last,
      core.type ?? '',
      core.reason ?? '',
      targetText(core),
      core.involvedObject?.fieldPath ?? '',
      sourceText(core),
      (core.message ?? '').trim(),
      first,
      count,
      nameOf(core),
    ];
  },
};

/** Event of the core group and of `events.k8s.io`. */
export const eventRows: RowPrinters = { Event: event, 'events.k8s.io/Event': event };
