/** Rows of namespaces and of the plain kinds inside them: configuration, accounts, quotas, leases. */
import type { KubeObject } from '@towtank/apimachinery';
import { count, creationAge, nameOf, quantityText } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const keysOf = (map: object | undefined): number => Object.keys(map ?? {}).length;

const namespace: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.status?.phase ?? '', creationAge(object, now)],
};

const configMap: RowPrinter = {
  cells: (object, now) => [nameOf(object), keysOf(object.data) + keysOf(object.binaryData), creationAge(object, now)],
};

const secret: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.type ?? '', keysOf(object.data), creationAge(object, now)],
};

const serviceAccount: RowPrinter = {
  cells: (object, now) => [nameOf(object), creationAge(object, now)],
};

/** `pods: 1/10` for each name that the quota limits, in order of names. */
function usedOfHard({ status }: KubeObject, isShown: (name: string) => boolean): string {
  return Object.keys(status?.hard ?? {})
    .filter(isShown)
    .sort()
    .map((name) => `${name}: ${quantityText(status?.used?.[name])}/${quantityText(status?.hard?.[name])}`)
    .join(', ');
}

const isLimit = (name: string): boolean => name.startsWith('limits.');

const resourceQuota: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    usedOfHard(object, (name) => !isLimit(name)),
    usedOfHard(object, isLimit),
    creationAge(object, now),
  ],
};

const lease: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.spec?.holderIdentity ?? '', creationAge(object, now)],
};

const priorityClass: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    count(object.value),
    object.globalDefault ?? false,
    creationAge(object, now),
    object.preemptionPolicy ?? '',
  ],
};

/** Namespace, ConfigMap, Secret, ServiceAccount, ResourceQuota, Lease and PriorityClass. */
export const namespaceRows: RowPrinters = {
  Namespace: namespace,
  ConfigMap: configMap,
  Secret: secret,
  ServiceAccount: serviceAccount,
  ResourceQuota: resourceQuota,
  'coordination.k8s.io/Lease': lease,
  'scheduling.k8s.io/PriorityClass': priorityClass,
};
