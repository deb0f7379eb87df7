/** Flags of `towtank up`. */
import { InvalidArgumentError } from 'commander';

/** The flags, parsed. */
export interface UpOptions {
  readonly port: number;
  readonly insecurePort?: number;
  readonly dnsPort?: number;
  readonly socksPort?: number;
  readonly nodes: number;
  readonly serviceCidr: string;
  readonly podCidr?: string;
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly adminToken?: string;
  readonly kubeconfig?: string;
  readonly seed?: string;
  readonly filename: string[];
  readonly nodePorts: boolean;
  readonly bindVirtualIps?: true;
  readonly json?: true;
}

/** A whole number in a range. Throws commander's error, which names the flag. */
export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return value;
  };

/** One range, or two of different families with a comma between. */
export function cidrList(text: string): string {
  for (const cidr of text.split(',')) {
    if (!/^[0-9a-f.:]+\/\d{1,3}$/i.test(cidr))
      throw new InvalidArgumentError('It must be a range such as 10.96.0.0/16.');
  }
  return text;
}
