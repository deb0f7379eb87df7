/** The container port behind a port of a Service. */
import type { Container, Pod } from '../pod/pod.ts';
import type { ServicePort } from './service.ts';

/**
 * The number of the port on this Pod: the target port itself, or the container port of that name and the same
 * protocol. Containers come first, then init containers that keep running. Undefined when there is none.
 */
export function findPort({ spec }: Pod, { port, protocol, targetPort = port }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...spec.containers, ...sidecars]) {
    const number = namedPort(container, targetPort, protocol);
    if (number !== undefined) return number;
  }
  return undefined;
}

const namedPort = ({ ports = [] }: Container, wanted: string, wantedProtocol: string): number | undefined =>
  ports.find(({ name, protocol = 'TCP' }) => name === wanted && protocol === wantedProtocol)?.containerPort;
