/** Functions on addresses and ranges of them. */
import {
  canonicalIp,
  ipToNumber,
  ipVersionOf,
  numberToIp,
  parseCidr,
  rangeContains,
  rangeCovers,
} from '@towtank/apimachinery';
import type { CelFunction, KubernetesTypes, KubernetesValues } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

/** The functions. */
export function networkFunctions({ cel }: CelModules, { ip, cidr }: KubernetesTypes): CelFunction[] {
  const { celFunc, celMethod, CelScalar } = cel;
  const { STRING, BOOL, INT } = CelScalar;
  const ipType = ip.type as never;
  const cidrType = cidr.type as never;
  const address = (value: unknown): string =>
    typeof value === 'string' ? parsedIp(value) : (ip.unwrap(value) as string);
  const range = (value: unknown): KubernetesValues['cidr'] =>
    typeof value === 'string' ? parsedCidr(value) : (cidr.unwrap(value) as KubernetesValues['cidr']);
  const wrapIp = (text: string): never => ip.wrap(text, text) as never;
  const wrapCidr = (value: KubernetesValues['cidr']): never => cidr.wrap(value, value.text) as never;
  const method = (
    target: never,
    name: string,
    args: readonly unknown[],
    result: unknown,
    run: (own: unknown, other: unknown) => unknown,
  ): CelFunction =>
    celMethod(
      name,
      target,
      args as never,
      result as never,
      function (this: unknown, other: unknown) {
        return run(this, other);
      } as never,
    );
  const kinds = Object.entries(KINDS).map(([name, is]) => method(ipType, name, [], BOOL, (own) => is(address(own))));
  return [
    celFunc('isIP', [STRING], BOOL, (text) => ipVersionOf(text) !== 0),
    celFunc('ip', [STRING], ipType, ((text: string) => wrapIp(parsedIp(text))) as never),
    celFunc('ip.isCanonical', [STRING], BOOL, (text) => parsedIp(text) === text),
    celFunc('string', [ipType], STRING, ((value: unknown) => address(value)) as never),
    method(ipType, 'family', [], INT, (own) => BigInt(ipVersionOf(address(own)))),
    ...kinds,
    celFunc('isCIDR', [STRING], BOOL, (text) => parseCidr(text) !== undefined),
    celFunc('cidr', [STRING], cidrType, ((text: string) => wrapCidr(parsedCidr(text))) as never),
    celFunc('string', [cidrType], STRING, ((value: unknown) => range(value).text) as never),
    ...[ipType, STRING].map((argument) =>
      method(cidrType, 'containsIP', [argument], BOOL, (own, other) => rangeContains(range(own).range, address(other))),
    ),
    ...[cidrType, STRING].map((argument) =>
      method(cidrType, 'containsCIDR', [argument], BOOL, (own, other) =>
        rangeCovers(range(own).range, range(other).range),
      ),
    ),
    method(cidrType, 'ip', [], ipType, (own) => wrapIp(parsedIp(range(own).text.split('/')[0] ?? ''))),
    method(cidrType, 'masked', [], cidrType, (own) => {
      const { range: found } = range(own);
      return wrapCidr({ range: found, text: `${numberToIp(found.base, found.family)}/${found.prefixLength}` });
    }),
    method(cidrType, 'prefixLength', [], INT, (own) => BigInt(range(own).range.prefixLength)),
  ];
}

function parsedIp(text: string): string {
  const parsed = canonicalIp(text);
  if (parsed === undefined || ipVersionOf(text) === 0)
    throw new Error(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  return parsed;
}

function parsedCidr(text: string): KubernetesValues['cidr'] {
  const range = parseCidr(text);
  if (range === undefined)
    throw new Error(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`,
    );
  return { range, text };
}

const within = (ranges: readonly string[], ip: string): boolean =>
  ranges.some((text) => {
    const range = parseCidr(text);
    return range !== undefined && rangeContains(range, ip);
  });

const MULTICAST = ['224.0.0.0/4', 'ff00::/8'];
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

const isUnspecified = (ip: string): boolean => ipToNumber(ip) === 0n;

const KINDS: Readonly<Record<string, (ip: string) => boolean>> = {
  isUnspecified,
  isLoopback: (ip) => within(LOOPBACK, ip),
  isLinkLocalMulticast: (ip) => within(['224.0.0.0/24', 'ff02::/16'], ip),
  isLinkLocalUnicast: (ip) => within(LINK_LOCAL, ip),
  isGlobalUnicast: (ip) =>
    !isUnspecified(ip) && ip !== '255.255.255.255' && !within([...LOOPBACK, ...MULTICAST, ...LINK_LOCAL], ip),
};
