/** Rows of nodes and of the health of components. */
import type { KubeObject } from '@towtank/apimachinery';
import { creationAge, nameOf, textOr } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function statusText({ spec, status }: KubeObject): string {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
  const ready = conditions.findLast(({ type }) => type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${state},SchedulingDisabled` : state;
}

/** Roles by label, either `node-role.kubernetes.io/<role>` or `kubernetes.io/role: <role>`. */
function rolesText({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length);
    return key === 'kubernetes.io/role' ? value : '';
  });
  return textOr([...new Set(roles.filter((role) => role !== ''))].sort().join(','), '<none>');
}

function addressOf({ status }: KubeObject, type: string): string {
  const addresses = (status?.addresses ?? []) as { type: string; address: string }[];
  return addresses.find((address) => address.type === type)?.address ?? '<none>';
}

const node: RowPrinter = {
  cells(object, now) {
    const info = object.status?.nodeInfo;
    return [
      nameOf(object),
      statusText(object),
      rolesText(object),
      creationAge(object, now),
      info?.kubeletVersion ?? '',
      addressOf(object, 'InternalIP'),
      addressOf(object, 'ExternalIP'),
      textOr(info?.osImage, '<unknown>'),
      textOr(info?.kernelVersion, '<unknown>'),
      textOr(info?.containerRuntimeVersion, '<unknown>'),
    ];
  },
};

const componentStatus: RowPrinter = {
  cells(object) {
    const conditions = (object.conditions ?? []) as {
      type: string;
      status: string;
      message?: string;
      error?: string;
    }[];
    const healthy = conditions.find(({ type }) => type === 'Healthy');
    const status = healthy === undefined ? 'Unknown' : healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
    return [nameOf(object), status, healthy?.message ?? '', healthy?.error ?? ''];
  },
};

const runtimeClass: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.handler ?? '', creationAge(object, now)],
};

/** Node, ComponentStatus and RuntimeClass. */
export const nodeRows: RowPrinters = {
  Node: node,
  ComponentStatus: componentStatus,
  'node.k8s.io/RuntimeClass': runtimeClass,
};
