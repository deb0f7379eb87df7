/** Rows of services and of what stands behind them: endpoints and endpoint slices. */
import type { KubeObject } from '@towtank/apimachinery';
import { creationAge, firstOf, formatLabels, nameOf, textOr } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const SHOWN = 3;

/** Addresses that a load balancer reports, each once, in order of their texts. */
export function loadBalancerAddresses(status: { loadBalancer?: { ingress?: unknown } } | undefined): string[] {
  const ingress = (status?.loadBalancer?.ingress ?? []) as { ip?: string; hostname?: string }[];
  const addresses = ingress.map(({ ip, hostname }) => ip || hostname || '').filter((address) => address !== '');
  return [...new Set(addresses)].sort();
}

function externalIp({ spec, status }: KubeObject): string {
  const external = (spec?.externalIPs ?? []) as string[];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return textOr(external.join(','), '<none>');
    case 'LoadBalancer':
      return textOr([...loadBalancerAddresses(status), ...external].join(','), '<pending>');
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

const portText = ({ port, nodePort, protocol }: { port: number; nodePort?: number; protocol?: string }): string =>
  `${nodePort ? `${port}:${nodePort}` : port}/${protocol ?? ''}`;

const service: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.type ?? '',
    textOr(object.spec?.clusterIPs?.[0], '<none>'),
    externalIp(object),
    textOr((object.spec?.ports ?? []).map(portText).join(','), '<none>'),
    creationAge(object, now),
    formatLabels(object.spec?.selector),
  ],
};

interface Subset {
  addresses?: { ip: string }[];
  ports?: { port: number }[];
}

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

/** Every ready address with every port, or the address alone where its subset has no port. */
function endpointTexts(subsets: readonly Subset[]): string[] {
  return subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
}

const endpoints: RowPrinter = {
  cells(object, now) {
    const subsets = (object.subsets ?? []) as Subset[];
    const text = subsets.length === 0 ? '<none>' : firstOf(endpointTexts(subsets), SHOWN);
    return [nameOf(object), text, creationAge(object, now)];
  },
};

const slicePort = ({ port, name }: { port?: number; name?: string }): string => `${port ?? name ?? '*'}`;

const endpointSlice: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.addressType ?? '',
    textOr(firstOf((object.ports ?? []).map(slicePort), SHOWN), '<unset>'),
    textOr(
      firstOf(
        (object.endpoints ?? []).flatMap((endpoint: { addresses?: string[] }) => endpoint.addresses ?? []),
        SHOWN,
      ),
      '<unset>',
    ),
    creationAge(object, now),
  ],
};

/** Service, Endpoints and EndpointSlice. */
export const serviceRows: RowPrinters = {
  Service: service,
  Endpoints: endpoints,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
};
