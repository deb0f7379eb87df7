/** The canonical form of subsets: each address once per port, ports with the same addresses together, sorted. */
import {
  printFields,
  printPointer,
  printSlice,
  printStruct,
  printValue,
  sortByHash,
} from '../service/structure-hash.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset } from './endpoints.ts';

interface Member {
  readonly address: EndpointAddress;
  ready: boolean;
}

interface PortGroup {
  /** Undefined stands for addresses without ports. */
  readonly port: EndpointPort | undefined;
  readonly members: Map<string, Member>;
}

/**
 * Repacks subsets as Kubernetes does. For one port an address that is both ready and not is not ready; addresses are
 * told apart by IP and target, and the first record seen of one is kept.
 */
export function repackSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const packed = [...byAddresses(byPort(subsets)).values()].map(({ members, ports }): EndpointSubset => {
    const all = [...members.values()].sort(compareMembers);
    const ready = all.filter((member) => member.ready).map(({ address }) => address);
    const notReady = all.filter((member) => !member.ready).map(({ address }) => address);
    return {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
      ...(ports.length > 0 ? { ports: sortByHash(ports, (port) => `(v1.EndpointPort)${printPort(port)}`) } : {}),
    };
  });
  return sortByHash(packed, printSubset);
}

/** Which addresses offer each port. */
function byPort(subsets: readonly EndpointSubset[]): PortGroup[] {
  const firsts = new Map<string, EndpointAddress>();
  const groups = new Map<string, PortGroup>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets)
    for (const port of ports.length > 0 ? ports : [undefined]) {
      const key = port === undefined ? '' : JSON.stringify([port.name, port.port, port.protocol, port.appProtocol]);
      const group = groups.get(key) ?? { port, members: new Map<string, Member>() };
      groups.set(key, group);
      addMembers(group, firsts, addresses, true);
      addMembers(group, firsts, notReadyAddresses, false);
    }
  return [...groups.values()];
}

function addMembers(
  { members }: PortGroup,
  firsts: Map<string, EndpointAddress>,
  addresses: readonly EndpointAddress[],
  ready: boolean,
): void {
  for (const address of addresses) {
    const key = addressKey(address);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, address);
    const member = members.get(key);
    if (member === undefined) members.set(key, { address: first ?? address, ready });
    else member.ready &&= ready;
  }
}

/** Which ports share the same addresses in the same state. */
function byAddresses(
  groups: readonly PortGroup[],
): Map<string, { members: Map<string, Member>; ports: EndpointPort[] }> {
  const merged = new Map<string, { members: Map<string, Member>; ports: EndpointPort[] }>();
  for (const { port, members } of groups) {
    const key = groups.length === 1 ? '' : membersKey(members);
    const group = merged.get(key) ?? { members, ports: [] };
    merged.set(key, group);
    if (port !== undefined) group.ports.push(port);
  }
  return merged;
}

const membersKey = (members: ReadonlyMap<string, Member>): string =>
  [...members]
    .map(([address, { ready }]) => `${address} ${ready}`)
    .sort()
    .join('\n');

const addressKey = ({ ip, targetRef }: EndpointAddress): string => `${ip} ${targetRef?.uid ?? ''}`;

/** By the text of the address, then by target; addresses without a target come first. */
function compareMembers({ address: a }: Member, { address: b }: Member): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  const [one, two] = [a.targetRef?.uid ?? '', b.targetRef?.uid ?? ''];
  return one < two ? -1 : one > two ? 1 : 0;
}

const printPort = ({ name = '', port, protocol = '', appProtocol }: EndpointPort): string =>
  printFields({
    Name: printValue('string', name),
    Port: printValue('int32', port),
    Protocol: printValue('v1.Protocol', protocol),
    AppProtocol: printPointer('string', appProtocol),
  });

const printSubset = ({ addresses, notReadyAddresses, ports }: EndpointSubset): string =>
  printStruct('v1.EndpointSubset', {
    Addresses: printSlice('v1.EndpointAddress', addresses?.map(printAddress)),
    NotReadyAddresses: printSlice('v1.EndpointAddress', notReadyAddresses?.map(printAddress)),
    Ports: printSlice('v1.EndpointPort', ports?.map(printPort)),
  });

const printAddress = ({ ip, hostname = '', nodeName, targetRef }: EndpointAddress): string =>
  printFields({
    IP: printValue('string', ip),
    Hostname: printValue('string', hostname),
    NodeName: printPointer('string', nodeName),
    TargetRef:
      targetRef === undefined
        ? printPointer('v1.ObjectReference', undefined)
        : `(*v1.ObjectReference)${printFields({
            Kind: printValue('string', targetRef.kind ?? ''),
            Namespace: printValue('string', targetRef.namespace ?? ''),
            Name: printValue('string', targetRef.name ?? ''),
            UID: printValue('types.UID', targetRef.uid ?? ''),
            APIVersion: printValue('string', targetRef.apiVersion ?? ''),
            ResourceVersion: printValue('string', targetRef.resourceVersion ?? ''),
            FieldPath: printValue('string', targetRef.fieldPath ?? ''),
          })}`,
  });
