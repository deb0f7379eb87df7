/** Rows of `resource.k8s.io`: device classes, claims and slices. */
import type { KubeObject } from '@towtank/apimachinery';
import { creationAge, lengthOf, nameOf } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const nameAndAge: RowPrinter = { cells: (object, now) => [nameOf(object), creationAge(object, now)] };

function claimState({ metadata, status }: KubeObject): string {
  const isDeleted = Boolean(metadata.deletionTimestamp);
  const isAllocated = status?.allocation !== undefined;
  return [
    isDeleted ? 'deleted' : '',
    isAllocated ? 'allocated' : isDeleted ? '' : 'pending',
    isAllocated && lengthOf(status.reservedFor) > 0 ? 'reserved' : '',
  ]
    .filter((state) => state !== '')
    .join(',');
}

const resourceClaim: RowPrinter = {
  cells: (object, now) => [nameOf(object), claimState(object), creationAge(object, now)],
};

const resourceSlice: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.nodeName ?? '',
    object.spec?.driver ?? '',
    object.spec?.pool?.name ?? '',
    creationAge(object, now),
  ],
};

/** DeviceClass, ResourceClaim, ResourceClaimTemplate and ResourceSlice. */
export const deviceRows: RowPrinters = {
  'resource.k8s.io/DeviceClass': nameAndAge,
  'resource.k8s.io/ResourceClaim': resourceClaim,
  'resource.k8s.io/ResourceClaimTemplate': nameAndAge,
  'resource.k8s.io/ResourceSlice': resourceSlice,
};
