/** Where pods/proxy, services/proxy and nodes/proxy lead. */
import { badRequest, type KubeObject, notFound, serviceUnavailable } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { getStored } from '../registry/resource-store.ts';
import { podOf } from './pod-target.ts';

/** An HTTP server in the cluster's network. */
export interface ProxyTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

interface NamedPort {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** Port of the kubelet's own API. */
const KUBELET_PORT = 10250;

/** The target of a call. Throws 400, 404 and 503. */
export async function proxyTarget(call: ApiCall): Promise<ProxyTarget> {
  const { name: id } = call.attributes;
  switch (call.served.resource.resource) {
    case 'services':
      return await serviceTarget(call, splitId(id, 'service'), id);
    case 'nodes':
      return await nodeTarget(call, splitId(id, 'node'));
    default:
      return await podTarget(call, splitId(id, 'pod'));
  }
}

/** `name`, `name:port` or `scheme:name:port`. */
function splitId(id: string, what: string): NamedPort {
  const parts = id.split(':');
  const [scheme, name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  const isValid = parts.length <= 3 && name !== '' && (scheme === '' || scheme === 'http' || scheme === 'https');
  if (!isValid) throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

async function podTarget(call: ApiCall, { scheme, name, port }: NamedPort): Promise<ProxyTarget> {
  const { spec, status } = await podOf(call, name);
  const firstPort = spec.containers?.find(({ ports }) => ports !== undefined && ports.length > 0)?.ports?.[0];
  if (!status?.podIP) throw badRequest('address not allowed');
  return {
    scheme,
    host: status.podIP,
    port: numberOf(port, firstPort?.containerPort ?? (scheme === 'https' ? 443 : 80)),
  };
}

async function nodeTarget(call: ApiCall, { scheme, name, port }: NamedPort): Promise<ProxyTarget> {
  const { object } = await getStored(call.store, '', name);
  const addresses = (object.status?.addresses ?? []) as readonly { type: string; address: string }[];
  const address = addresses.find(({ type }) => type === 'InternalIP') ?? addresses[0];
  if (address === undefined) throw badRequest('address not allowed');
  return { scheme: port === '' ? 'https' : scheme, host: address.address, port: numberOf(port, KUBELET_PORT) };
}

function numberOf(text: string, otherwise: number): number {
  if (text === '') return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw serviceUnavailable(`error trying to reach service: dial tcp: address ${text}: invalid port`);
  return port;
}

interface Subset {
  readonly addresses?: readonly { readonly ip: string }[];
  readonly ports?: readonly { readonly name?: string; readonly port: number }[];
}

async function serviceTarget(call: ApiCall, { scheme, name, port }: NamedPort, id: string): Promise<ProxyTarget> {
  const { store, attributes, environment } = call;
  const portName = /^[+-]?\d+$/.test(port) ? await nameOfPort(call, name, port) : port;
  const endpoints = environment.catalog.storeOf('', 'endpoints')?.prefix ?? 'endpoints';
  const found = await store.storage.get(endpoints, `${attributes.namespace}/${name}`);
  if (found === undefined) throw notFound(store.resource, name);
  const subsets = (found.object.subsets ?? []) as readonly Subset[];
  if (subsets.length === 0) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  const candidates = subsets.flatMap(({ addresses = [], ports = [] }) => {
    const match = ports.find((candidate) => (candidate.name ?? '') === portName);
    return match === undefined ? [] : addresses.map(({ ip }) => ({ scheme, host: ip, port: match.port }));
  });
  const target = candidates[Math.floor(environment.random.next() * candidates.length)];
  if (target === undefined) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(id)}`);
  return target;
}

async function nameOfPort({ store, attributes }: ApiCall, service: string, port: string): Promise<string> {
  const { object } = await getStored(store, attributes.namespace, service);
  const ports = ((object as KubeObject & { spec?: { ports?: unknown } }).spec?.ports ?? []) as readonly {
    name?: string;
    port: number;
  }[];
  const found = ports.find((candidate) => candidate.port === Number(port));
  if (found === undefined)
    throw serviceUnavailable(`no service port ${Number(port)} found for service ${JSON.stringify(service)}`);
  return found.name ?? '';
}
