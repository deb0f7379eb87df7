/** The endpoints of a Service, gathered from its EndpointSlices. */
import { canonicalIp, type Protocol } from '@towtank/network';
import { type EndpointSlice, HEADLESS_LABEL, type SliceEndpoint } from './proxied-kinds.ts';

/** One address and port behind a Service port. */
export interface Endpoint {
  /** `ip port`: the identity of an endpoint within its Service port. */
  readonly key: string;
  readonly ip: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | undefined;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  /** `namespace/name` where the endpoint is a pod. */
  readonly pod: string | undefined;
}

/** The IP family of an address. */
export type Family = 4 | 6;

/** The endpoints of one slice for each port of it. */
type PortEndpoints = ReadonlyMap<string, readonly Endpoint[]>;

const EMPTY: PortEndpoints = new Map();

/** Slices are frozen and replaced as a whole, so each is read once however many others of its Service change. */
const parsedSlices = new WeakMap<EndpointSlice, PortEndpoints>();

/** The key under which {@link gatherEndpoints} files the endpoints of a Service port. */
export const portKey = (name: string, protocol: Protocol, family: Family): string => `${name} ${protocol} ${family}`;

/**
 * The endpoints of a Service by {@link portKey}, each address and port once: slices of different origin may list the same
 * one, and then the one that is not terminating counts. Slices of FQDNs and of headless Services are passed over.
 */
export function gatherEndpoints(slices: readonly EndpointSlice[]): Map<string, Map<string, Endpoint>> {
  const gathered = new Map<string, Map<string, Endpoint>>();
  for (const slice of slices) {
    for (const [key, endpoints] of parseSlice(slice)) {
      const known = gathered.get(key) ?? new Map<string, Endpoint>();
      gathered.set(key, known);
      for (const endpoint of endpoints) {
        const other = known.get(endpoint.key);
        if (other === undefined || (other.terminating && !endpoint.terminating)) known.set(endpoint.key, endpoint);
      }
    }
  }
  return gathered;
}

function parseSlice(slice: EndpointSlice): PortEndpoints {
  const parsed = parsedSlices.get(slice) ?? readSlice(slice);
  parsedSlices.set(slice, parsed);
  return parsed;
}

function readSlice({ metadata, addressType, endpoints, ports }: EndpointSlice): PortEndpoints {
  if (addressType === 'FQDN' || metadata.labels?.[HEADLESS_LABEL] !== undefined) return EMPTY;
  const family: Family = addressType === 'IPv6' ? 6 : 4;
  const byPort = new Map<string, Endpoint[]>();
  for (const { name = '', protocol = 'TCP', port = 0 } of ports ?? []) {
    if (port === 0 || (protocol !== 'TCP' && protocol !== 'UDP')) continue;
    const key = portKey(name, protocol === 'TCP' ? 'tcp' : 'udp', family);
    byPort.set(
      key,
      (endpoints ?? []).flatMap((endpoint) => readEndpoint(endpoint, port)),
    );
  }
  return byPort;
}

function readEndpoint(
  { addresses, conditions = {}, nodeName, targetRef, hints }: SliceEndpoint,
  port: number,
): Endpoint[] {
  const [address] = addresses;
  if (address === undefined) return [];
  const { ready = true, serving = true, terminating = false } = conditions;
  const ip = canonicalIp(address);
  const isPod = targetRef?.kind === 'Pod';
  return [
    {
      key: `${ip} ${port}`,
      ip,
      port,
      ready,
      serving,
      terminating,
      nodeName,
      zoneHints: hints?.forZones?.map(({ name }) => name) ?? [],
      nodeHints: hints?.forNodes?.map(({ name }) => name) ?? [],
      pod: isPod ? `${targetRef.namespace}/${targetRef.name}` : undefined,
    },
  ];
}
