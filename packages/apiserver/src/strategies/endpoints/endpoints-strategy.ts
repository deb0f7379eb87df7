/** Endpoints: rules for subsets. */
import { type FieldError, type KubeObject, legacyIpErrors, required, specialIpErrors } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import {
  appProtocolErrors,
  hostnameErrors,
  nodeNameErrors,
  portNameErrors,
  portNumberErrors,
  protocolErrors,
} from './address-errors.ts';

interface Address {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
}

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

interface Subset {
  readonly addresses?: readonly Address[];
  readonly notReadyAddresses?: readonly Address[];
  readonly ports?: readonly Port[];
}

/** The strategy of Endpoints. */
export const endpointsStrategy: Strategy = {
  allowCreateOnUpdate: true,
  validate: (endpoints) => subsetErrors(endpoints, new Set()),
  validateUpdate: (next, old) =>
    deepEqual(next.subsets, old.subsets) ? [] : subsetErrors(next, new Set(addressesOf(old).map(({ ip }) => ip))),
};

const subsetsOf = ({ subsets }: KubeObject): readonly Subset[] => (subsets ?? []) as readonly Subset[];

const addressesOf = (endpoints: KubeObject): Address[] =>
  subsetsOf(endpoints).flatMap(({ addresses = [], notReadyAddresses = [] }) => [...addresses, ...notReadyAddresses]);

/** `known` are addresses that are there already: their spelling is no longer questioned. */
const subsetErrors = (endpoints: KubeObject, known: ReadonlySet<string>): FieldError[] =>
  subsetsOf(endpoints).flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, at) => {
    const field = `subsets[${at}]`;
    const isEmpty = addresses.length === 0 && notReadyAddresses.length === 0;
    return [
      ...(isEmpty ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((address, n) => addressErrors(`${field}.addresses[${n}]`, address, known)),
      ...notReadyAddresses.flatMap((address, n) => addressErrors(`${field}.notReadyAddresses[${n}]`, address, known)),
      ...ports.flatMap((port, n) => portErrors(`${field}.ports[${n}]`, port, ports.length > 1)),
    ];
  });

const addressErrors = (
  field: string,
  { ip, hostname, nodeName }: Address,
  known: ReadonlySet<string>,
): FieldError[] => [
  ...(known.has(ip) ? [] : legacyIpErrors(`${field}.ip`, ip)),
  ...hostnameErrors(`${field}.hostname`, hostname),
  ...nodeNameErrors(`${field}.nodeName`, nodeName),
  ...specialIpErrors(`${field}.ip`, ip),
];

const portErrors = (
  field: string,
  { name, port, protocol, appProtocol }: Port,
  nameRequired: boolean,
): FieldError[] => [
  ...(nameRequired && !name ? [required(`${field}.name`)] : portNameErrors(`${field}.name`, name)),
  ...portNumberErrors(`${field}.port`, port),
  ...protocolErrors(`${field}.protocol`, protocol),
  ...appProtocolErrors(`${field}.appProtocol`, appProtocol),
];
