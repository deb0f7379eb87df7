/** Rows of persistent volumes, claims and the kinds of `storage.k8s.io`. */
import type { KubeObject } from '@towtank/apimachinery';
import { creationAge, lengthOf, nameOf, quantityText, textOr } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Short forms of access modes, in the order in which they are shown. */
const ACCESS_MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

const accessModes = (modes: readonly string[] = []): string =>
  ACCESS_MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');

const phaseOf = ({ metadata, status }: KubeObject): string =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');

const classOf = ({ metadata, spec }: KubeObject): string =>
  metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';

const persistentVolume: RowPrinter = {
  cells(object, now) {
    const { spec, status } = object;
    const claim = spec?.claimRef;
    return [
      nameOf(object),
      quantityText(spec?.capacity?.storage),
      accessModes(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? '',
      phaseOf(object),
      claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
      classOf(object),
      spec?.volumeAttributesClassName ?? '<unset>',
      status?.reason ?? '',
      creationAge(object, now),
      spec?.volumeMode ?? '<unset>',
    ];
  },
};

const persistentVolumeClaim: RowPrinter = {
  cells(object, now) {
    const { spec, status } = object;
    const isBound = Boolean(spec?.volumeName);
    return [
      nameOf(object),
      phaseOf(object),
      spec?.volumeName ?? '',
      isBound ? quantityText(status?.capacity?.storage) : '',
      isBound ? accessModes(status?.accessModes) : '',
      classOf(object),
      spec?.volumeAttributesClassName ?? '<unset>',
      creationAge(object, now),
      spec?.volumeMode ?? '<unset>',
    ];
  },
};

const storageClass: RowPrinter = {
  cells(object, now) {
    const isDefault = DEFAULT_ANNOTATIONS.some((key) => object.metadata.annotations?.[key] === 'true');
    return [
      isDefault ? `${nameOf(object)} (default)` : nameOf(object),
      object.provisioner ?? '',
      object.reclaimPolicy ?? 'Delete',
      object.volumeBindingMode ?? 'Immediate',
      object.allowVolumeExpansion ?? false,
      creationAge(object, now),
    ];
  },
};

const csiDriver: RowPrinter = {
  cells(object, now) {
    const { spec = {} } = object;
    const audiences = (spec.tokenRequests as { audience?: string }[] | undefined)?.map(
      ({ audience }) => audience ?? '',
    );
    return [
      nameOf(object),
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      audiences?.join(',') ?? '<unset>',
      spec.requiresRepublish ?? false,
      textOr((spec.volumeLifecycleModes ?? []).join(','), '<none>'),
      creationAge(object, now),
    ];
  },
};

const csiNode: RowPrinter = {
  cells: (object, now) => [nameOf(object), lengthOf(object.spec?.drivers), creationAge(object, now)],
};

const volumeAttachment: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.attacher ?? '',
    object.spec?.source?.persistentVolumeName ?? '',
    object.spec?.nodeName ?? '',
    object.status?.attached ?? false,
    creationAge(object, now),
  ],
};

const volumeAttributesClass: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.driverName ?? '', creationAge(object, now)],
};

/** PersistentVolume, PersistentVolumeClaim and the kinds of `storage.k8s.io`. */
export const volumeRows: RowPrinters = {
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/CSIDriver': csiDriver,
  'storage.k8s.io/CSINode': csiNode,
  'storage.k8s.io/VolumeAttachment': volumeAttachment,
  'storage.k8s.io/VolumeAttributesClass': volumeAttributesClass,
};
