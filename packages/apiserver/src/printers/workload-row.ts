/** Rows of the kinds that keep pods running: deployments and their relatives. */
import { formatLabelSelector, type KubeObject, parseGroupVersion } from '@towtank/apimachinery';
import { containerCells, count, creationAge, formatLabels, formatSelector, nameOf } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const replicationController: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    ...replicaCounts(object),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
    formatLabels(object.spec?.selector),
  ],
};

const replicaSet: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    ...replicaCounts(object),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
    formatSelector(object.spec?.selector),
  ],
};

const replicaCounts = ({ spec, status }: KubeObject): [number, number, number] => [
  count(spec?.replicas),
  count(status?.replicas),
  count(status?.readyReplicas),
];

const readyOfDesired = ({ spec, status }: KubeObject): string =>
  `${count(status?.readyReplicas)}/${count(spec?.replicas)}`;

const deployment: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    readyOfDesired(object),
    count(object.status?.updatedReplicas),
    count(object.status?.availableReplicas),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
    // unlike its relatives, a deployment shows an empty selector as nothing
    formatLabelSelector(object.spec?.selector ?? {}),
  ],
};

const statefulSet: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    readyOfDesired(object),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
  ],
};

const daemonSet: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    count(object.status?.desiredNumberScheduled),
    count(object.status?.currentNumberScheduled),
    count(object.status?.numberReady),
    count(object.status?.updatedNumberScheduled),
    count(object.status?.numberAvailable),
    formatLabels(object.spec?.template?.spec?.nodeSelector),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
    formatSelector(object.spec?.selector),
  ],
};

const controllerRevision: RowPrinter = {
  cells: (object, now) => [nameOf(object), controllerOf(object), count(object.revision), creationAge(object, now)],
};

/** `statefulset.apps/web`: the kind of the owner that controls the object, with its group. */
function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const { group } = parseGroupVersion(owner.apiVersion);
  const kind = group === '' ? owner.kind : `${owner.kind}.${group}`;
  return `${kind.toLowerCase()}/${owner.name}`;
}

const scale: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    count(object.spec?.replicas),
    count(object.status?.replicas),
    creationAge(object, now),
  ],
};

/** ReplicationController, the kinds of `apps`, and the Scale of all of them. */
export const workloadRows: RowPrinters = {
  ReplicationController: replicationController,
  'apps/ReplicaSet': replicaSet,
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ControllerRevision': controllerRevision,
  'autoscaling/Scale': scale,
};
