/** Rules that Endpoints and EndpointSlices share. */
import { isIP } from 'node:net';
import { dns1123LabelErrors, labelKeyErrors } from '@towtank/apimachinery';
import { checkChoice, checkName, type Errors, type Fields } from '../validation/field-rules.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAYBE_SPECIAL = /^(0|127|169\.254|224\.0\.0)\./;

/** Whether an address is, at a glance, one of IPv4 that leads to some machine. Others are to be looked at closely. */
export const isOrdinaryAddress = (address: string): boolean => isIP(address) === 4 && !MAYBE_SPECIAL.test(address);

/** The name of a port, where it has one. */
export function checkPortName(errors: Errors, field: string, name: string | undefined): void {
  if (name) checkName(errors, `${field}.name`, name, dns1123LabelErrors);
}

/** What a port speaks. */
export function checkProtocols(errors: Errors, field: string, { protocol, appProtocol }: Fields): void {
  if (protocol !== 'TCP') checkChoice(errors, `${field}.protocol`, protocol, PROTOCOLS);
  if (appProtocol !== undefined) checkName(errors, `${field}.appProtocol`, appProtocol, labelKeyErrors);
}
