/** Rows of the kinds that govern the API server itself: flow control and API registration. */
import type { KubeObject } from '@towtank/apimachinery';
import { count, creationAge, nameOf } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const flowSchema: RowPrinter = {
  cells(object, now) {
    const { spec, status } = object;
    const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
    return [
      nameOf(object),
      spec?.priorityLevelConfiguration?.name ?? '',
      count(spec?.matchingPrecedence),
      spec?.distinguisherMethod?.type ?? '<none>',
      creationAge(object, now),
      conditions.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ];
  },
  compare: (a, b) =>
    count(a.spec?.matchingPrecedence) - count(b.spec?.matchingPrecedence) || (nameOf(a) < nameOf(b) ? -1 : 1),
};

const priorityLevelConfiguration: RowPrinter = {
  cells(object, now) {
    const { spec = {} } = object;
    const queuing = spec.limited?.limitResponse?.queuing;
    return [
      nameOf(object),
      spec.type ?? '',
      spec.limited?.nominalConcurrencyShares ?? '<none>',
      queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>',
      queuing?.queueLengthLimit ?? '<none>',
      creationAge(object, now),
    ];
  },
};

function availability({ status }: KubeObject): string {
  const conditions = (status?.conditions ?? []) as { type: string; status: string; reason?: string }[];
  const available = conditions.find(({ type }) => type === 'Available');
  if (available === undefined) return 'Unknown';
  return available.status === 'True' || !available.reason
    ? available.status
    : `${available.status} (${available.reason})`;
}

const apiService: RowPrinter = {
  cells(object, now) {
    const service = object.spec?.service;
    return [
      nameOf(object),
      service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`,
      availability(object),
      creationAge(object, now),
    ];
  },
};

/** FlowSchema, PriorityLevelConfiguration and APIService. */
export const apiServerRows: RowPrinters = {
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchema,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevelConfiguration,
  'apiregistration.k8s.io/APIService': apiService,
};
