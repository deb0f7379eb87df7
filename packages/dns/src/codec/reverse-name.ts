/** The names under which DNS keeps the reverse of IP addresses. */
import { formatIp, ipVersionOf, parseIp } from '@towtank/apimachinery';

/** The name under which a PTR query asks for the address: `1.0.6.10.in-addr.arpa`. */
export function reverseNameOf(address: string): string {
  const bytes = parseIp(address);
  if (bytes.length === 4) return `${[...bytes].reverse().join('.')}.in-addr.arpa`;
  return `${[...bytes.toString('hex')].reverse().join('.')}.ip6.arpa`;
}

/** The address that a full reverse name stands for, in canonical text; undefined for any other name. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const text = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
    return ipVersionOf(text) === 4 ? text : undefined;
  }
  if (!name.endsWith('.ip6.arpa')) return undefined;
  const digits = name.slice(0, -'.ip6.arpa'.length).split('.');
  if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
  return formatIp(Buffer.from(digits.reverse().join(''), 'hex'));
}

/**
 * The reverse zones of a range, rounded up to whole labels: `10.96.0.0/12` gives the sixteen zones from
 * `96.10.in-addr.arpa`. A text that is no range is taken for the name of a zone. Throws for a malformed range.
 */
export function reverseZonesOf(range: string): string[] {
  const [address = '', prefixText] = range.split('/');
  if (prefixText === undefined) return [range.toLowerCase()];
  const bytes = parseIp(address);
  const prefix = Number(prefixText);
  if (!/^\d+$/.test(prefixText) || prefix > bytes.length * 8)
    throw new Error(`${JSON.stringify(range)} is not an address range`);
  const bitsPerLabel = bytes.length === 4 ? 8 : 4;
  const labels =
    bytes.length === 4 ? [...bytes] : [...bytes.toString('hex')].map((digit) => Number.parseInt(digit, 16));
  const kept = Math.ceil(prefix / bitsPerLabel);
  const free = kept * bitsPerLabel - prefix;
  const last = ((labels[kept - 1] ?? 0) >> free) << free;
  const suffix = bytes.length === 4 ? 'in-addr.arpa' : 'ip6.arpa';
  const text = (label: number): string => label.toString(bytes.length === 4 ? 10 : 16);
  const parents = labels.slice(0, Math.max(0, kept - 1)).map(text);
  if (kept === 0) return [suffix];
  return Array.from({ length: 1 << free }, (_, step) =>
    [...parents, text(last + step)].reverse().concat(suffix).join('.'),
  );
}
