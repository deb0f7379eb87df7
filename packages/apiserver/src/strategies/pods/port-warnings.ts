/** Warnings for ports that stand twice in a pod. */
import type { Fields } from '../validation/field-rules.ts';

/** Warnings for the ports of all containers, which come with their paths. */
export function portWarnings(containers: readonly (readonly [container: Fields, path: string])[]): string[] {
  const warnings: string[] = [];
  const known = new Map<string, { at: string; port: Fields }[]>();
  for (const [{ ports = [] }, path] of containers)
    for (const [index, port] of ports.entries()) {
      const at = `${path}.ports[${index}]`;
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${goPort(port)}`);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const relation = relationOf(port, other.port);
        if (relation !== undefined) warnings.push(`${at}: ${relation} port definition with ${other.at}`);
      }
      known.set(key, [...others, { at, port }]);
    }
  return warnings;
}

function relationOf(port: Fields, other: Fields): string | undefined {
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIp, otherIp] = [port.hostIP ?? '', other.hostIP ?? ''];
  if (hostIp === otherIp && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return (hostIp === '' || otherIp === '') && hostPort === otherPort ? 'dangerously ambiguous' : undefined;
}

/** A port as Go's `%+v` shows it. */
const goPort = ({ name = '', hostPort = 0, containerPort = 0, protocol = '', hostIP = '' }: Fields): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
