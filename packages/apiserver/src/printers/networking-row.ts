/** Rows of `networking.k8s.io`: ingresses, policies, and the bookkeeping of service addresses. */
import { formatGroupResource } from '@towtank/apimachinery';
import { creationAge, formatSelector, lengthOf, nameOf } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';
import { loadBalancerAddresses } from './service-row.ts';

const SHOWN = 3;

/** Up to three hosts; `*` when no rule names one. Rules are counted, hosts are shown, as Kubernetes does. */
function hostsText(rules: readonly { host?: string }[]): string {
  const hosts: string[] = [];
  let isCut = false;
  for (const { host } of rules) {
    if (hosts.length === SHOWN) isCut = true;
    if (!isCut && host) hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  return isCut ? `${hosts.join(',')} + ${rules.length - SHOWN} more...` : hosts.join(',');
}

const ingress: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.ingressClassName ?? '<none>',
    hostsText(object.spec?.rules ?? []),
    loadBalancerAddresses(object.status).join(','),
    lengthOf(object.spec?.tls) > 0 ? '80, 443' : '80',
    creationAge(object, now),
  ],
};

function parametersText(parameters: { apiGroup?: string; kind: string; name: string } | undefined): string {
  if (parameters === undefined) return '<none>';
  const { apiGroup, kind, name } = parameters;
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
}

const ingressClass: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.controller ?? '',
    parametersText(object.spec?.parameters),
    creationAge(object, now),
  ],
};

const networkPolicy: RowPrinter = {
  cells: (object, now) => [nameOf(object), formatSelector(object.spec?.podSelector), creationAge(object, now)],
};

interface ParentReference {
  group?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

function parentText(parent: ParentReference | undefined): string {
  if (parent === undefined) return '<none>';
  const { group = '', resource = '', namespace, name = '' } = parent;
  const owner = formatGroupResource({ group, resource }).toLowerCase();
  return namespace ? `${owner}/${namespace}/${name}` : `${owner}/${name}`;
}

const ipAddress: RowPrinter = {
  // the age has no column, yet the cell is there
  cells: (object, now) => [nameOf(object), parentText(object.spec?.parentRef), creationAge(object, now)],
};

const serviceCidr: RowPrinter = {
  cells: (object, now) => [nameOf(object), (object.spec?.cidrs ?? []).join(','), creationAge(object, now)],
};

/** Ingress, IngressClass, NetworkPolicy, IPAddress and ServiceCIDR. */
export const networkingRows: RowPrinters = {
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/IngressClass': ingressClass,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'networking.k8s.io/IPAddress': ipAddress,
  'networking.k8s.io/ServiceCIDR': serviceCidr,
};
