/** Which addresses of a range Services may have, and in which order they are tried. */
import { type IpRange, ipToNumber, numberToIp, type Random, rangeContains } from '@towtank/apimachinery';

/** Whether the address may belong to a Service: the first of a range never does, nor the last one of IPv4. */
export function isUsable(range: IpRange, ip: string): boolean {
  if (!rangeContains(range, ip)) return false;
  const offset = ipToNumber(ip) - range.base;
  return offset >= 1n && offset <= lastOffset(range);
}

/**
 * All addresses for a Service that asks for none, in the order in which they are tried: those of the upper band from a
 * random start on, so that addresses chosen by hand in the lower band stay free; then the lower band.
 */
export function* candidates(range: IpRange, random: Random): Generator<string> {
  const last = lastOffset(range);
  const band = bandOffset(range.size);
  const upper = last - band;
  const start = upper > 0n ? BigInt(random.int(Number(upper > 0xffffn ? 0xffffn : upper))) : 0n;
  for (const offset of offsets(band, start, last)) yield numberToIp(range.base + offset, range.family);
}

const lastOffset = ({ family, size }: IpRange): bigint => size - (family === 'IPv4' ? 2n : 1n);

/** Where the dynamic band begins: 1/16 of the range, at least 16 and at most 256 addresses below it. */
function bandOffset(size: bigint): bigint {
  if (size <= 16n) return 0n;
  const sixteenth = size / 16n;
  return sixteenth < 16n ? 16n : sixteenth > 256n ? 256n : sixteenth;
}

function* offsets(band: bigint, start: bigint, last: bigint): Generator<bigint> {
  for (let offset = band + start + 1n; offset <= last; offset += 1n) yield offset;
  for (let offset = band + 1n; offset <= band + start; offset += 1n) yield offset;
  for (let offset = 1n; offset <= band; offset += 1n) yield offset;
}
