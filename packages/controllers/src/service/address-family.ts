/** Addresses by their family. */
import { canonicalLegacyIp, type IpFamily, ipFamilyOf } from '@towtank/apimachinery';

/** The family of an address in any spelling; IPv4 for text that is none. */
export const familyOf = (ip: string): IpFamily => ipFamilyOf(canonicalLegacyIp(ip) ?? '') ?? 'IPv4';

/** The addresses of this family among a Pod's, canonical, in order. */
export function addressesOfFamily(podIPs: readonly { readonly ip: string }[], family: IpFamily): string[] {
  const addresses = podIPs.map(({ ip }) => canonicalLegacyIp(ip));
  return addresses.filter((ip): ip is string => ip !== undefined && ipFamilyOf(ip) === family);
}
