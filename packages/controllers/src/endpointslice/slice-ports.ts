/** The order and the identity of a list of slice ports. */
import { printFields, printPointer, sortByHash } from '../service/structure-hash.ts';
import type { SlicePort } from './endpoint-slice.ts';

/** Sorts ports in the order in which Kubernetes lists them. */
export const sortPorts = (ports: readonly SlicePort[]): SlicePort[] =>
  sortByHash(
    ports,
    ({ name, protocol, port, appProtocol }) =>
      `(v1.EndpointPort)${printFields({
        Name: printPointer('string', name),
        Protocol: printPointer('v1.Protocol', protocol),
        Port: printPointer('int32', port),
        AppProtocol: printPointer('string', appProtocol),
      })}`,
  );

/** Equal for lists that hold the same ports. */
export const portsKey = (ports: readonly SlicePort[] | null): string =>
  (ports ?? [])
    .map(({ name, protocol, port, appProtocol }) => JSON.stringify([name, protocol, port, appProtocol]))
    .sort()
    .join();
