/** Rules for the ports of a Service. */
import {
  dns1123LabelErrors,
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { isHeadless, type Service, type ServicePort } from './service.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RANGE_MESSAGE = 'must be between 1 and 65535, inclusive';

/** What is wrong with the ports. */
export function portErrors(service: Service): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  if (ports.length === 0) return isHeadless(service) || spec.type === 'ExternalName' ? [] : [required('spec.ports')];
  const names = new Set<string>();
  return [
    ...ports.flatMap((port, index) => onePort(port, `spec.ports[${index}]`, names, ports.length > 1)),
    ...nodePortErrors(service, ports),
    ...duplicateErrors(ports),
  ];
}

function onePort(port: ServicePort, field: string, names: Set<string>, needsName: boolean): FieldError[] {
  const { name = '', protocol = '', appProtocol } = port;
  const errors: FieldError[] = [];
  if (name === '') {
    if (needsName) errors.push(required(`${field}.name`));
  } else {
    errors.push(...dns1123LabelErrors(name).map((message) => invalidValue(`${field}.name`, name, message)));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
  }
  if (!isPort(port.port)) errors.push(invalidValue(`${field}.port`, port.port, RANGE_MESSAGE));
  if (protocol === '') errors.push(required(`${field}.protocol`));
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  errors.push(...targetPortErrors(port.targetPort, `${field}.targetPort`));
  if (appProtocol !== undefined)
    errors.push(
      ...labelKeyErrors(appProtocol).map((message) => invalidValue(`${field}.appProtocol`, appProtocol, message)),
    );
  return errors;
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

function targetPortErrors(target: number | string | undefined, field: string): FieldError[] {
  if (typeof target === 'number') return isPort(target) ? [] : [invalidValue(field, target, RANGE_MESSAGE)];
  return portNameErrors(target ?? '').map((message) => invalidValue(field, target, message));
}

/** IANA service names: what a named port may be called. */
export function portNameErrors(name: string): string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name) && errors.length === 0) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

function nodePortErrors({ spec }: Service, ports: readonly ServicePort[]): FieldError[] {
  if (spec.type === 'ClusterIP')
    return ports.flatMap(({ nodePort }, index) =>
      nodePort ? [forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")] : [],
    );
  const seen = new Set<string>();
  return ports.flatMap(({ protocol, nodePort }, index) => {
    const pair = `${protocol} ${nodePort}`;
    if (!nodePort || !seen.has(pair)) {
      seen.add(pair);
      return [];
    }
    return [duplicate(`spec.ports[${index}].nodePort`, nodePort)];
  });
}

function duplicateErrors(ports: readonly ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ protocol = '', port }, index) => {
    const pair = `${protocol} ${port}`;
    if (!seen.has(pair)) {
      seen.add(pair);
      return [];
    }
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    return [duplicate(`spec.ports[${index}]`, shown)];
  });
}
