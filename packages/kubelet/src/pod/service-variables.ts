/** The variables by which a container finds the Services that were there before it. */
import type { KubeObject } from '@towtank/apimachinery';

/** A Service, as far as its variables go. */
export interface ServiceObject extends KubeObject {
  spec: { clusterIP?: string; ports?: { name?: string; port: number; protocol?: string }[] };
}

/**
 * Variables for these Services: `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, one more per named port, and the form that
 * container links once had. Headless Services have none.
 */
export function serviceVariables(services: readonly ServiceObject[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const { clusterIP, ports = [] } = spec;
    if (!clusterIP || clusterIP === 'None') continue;
    const prefix = variableName(metadata.name ?? '');
    variables[`${prefix}_SERVICE_HOST`] = clusterIP;
    variables[`${prefix}_SERVICE_PORT`] = String(ports[0]?.port ?? '');
    for (const { name, port } of ports)
      if (name) variables[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(port);
    Object.assign(variables, linkVariables(prefix, clusterIP, ports));
  }
  return variables;
}

function linkVariables(
  prefix: string,
  ip: string,
  ports: readonly { readonly port: number; readonly protocol?: string }[],
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [at, { port, protocol = 'TCP' }] of ports.entries()) {
    const scheme = protocol.toLowerCase();
    const host = ip.includes(':') ? `[${ip}]` : ip;
    const url = `${scheme}://${host}:${port}`;
    if (at === 0) variables[`${prefix}_PORT`] = url;
    const portPrefix = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    variables[portPrefix] = url;
    variables[`${portPrefix}_PROTO`] = scheme;
    variables[`${portPrefix}_PORT`] = String(port);
    variables[`${portPrefix}_ADDR`] = ip;
  }
  return variables;
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
