/** Cluster IPs. Each taken address is an IPAddress object: the objects are the allocator's only state. */
import {
  type Clock,
  canonicalIp,
  formatTime,
  type IpFamily,
  type IpRange,
  ipToNumber,
  type KubeObject,
  numberToIp,
  type Random,
  rangeContains,
} from '@towtank/apimachinery';
import { type Storage, StorageError } from '../../storage/storage.ts';

const PREFIX = 'networking.k8s.io/ipaddresses';

/** Why an address could not be had; the message is Kubernetes'. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

/** The Service that an address is taken for. */
export interface IpOwner {
  readonly namespace: string;
  readonly name: string;
}

/** What the allocator needs. */
export interface IpAllocatorOptions {
  readonly range: IpRange;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Allocates addresses of one range. Dynamic ones come from the upper band first, so that addresses chosen by hand in
 * the lower band stay free.
 */
export class IpAllocator {
  readonly family: IpFamily;
  readonly #options: IpAllocatorOptions;

  constructor(options: IpAllocatorOptions) {
    this.family = options.range.family;
    this.#options = options;
  }

  /** The first address of the range, which a dry run shows. */
  get baseAddress(): string {
    return numberToIp(this.#options.range.base, this.family);
  }

  /** Takes a chosen address. Throws AllocationError when it is taken or not in the range. */
  async allocate(ip: string, owner: IpOwner): Promise<void> {
    this.check(ip);
    if (!(await this.#take(canonicalIp(ip) ?? ip, owner)))
      throw new AllocationError('provided IP is already allocated');
  }

  /** Throws AllocationError for an address that is not in the range, or that the range reserves. */
  check(ip: string): void {
    const { range } = this.#options;
    const offset = rangeContains(range, ip) ? ipToNumber(ip) - range.base : 0n;
    if (offset < 1n || offset > this.#last())
      throw new AllocationError('the provided network does not match the current range');
  }

  /** Takes any free address and answers it. Throws AllocationError when there is none. */
  async allocateNext(owner: IpOwner): Promise<string> {
    const { range, random } = this.#options;
    const last = this.#last();
    const band = bandOffset(range.size);
    const upper = last - band;
    const start = upper > 0n ? BigInt(random.int(Number(upper > 0xffffn ? 0xffffn : upper))) : 0n;
    for (const offset of offsets(band, start, last)) {
      const ip = numberToIp(range.base + offset, this.family);
      if (await this.#take(ip, owner)) return ip;
    }
    throw new AllocationError('range is full');
  }

  /** Gives an address back. */
  async release(ip: string): Promise<void> {
    const { storage } = this.#options;
    const stored = await storage.get(PREFIX, canonicalIp(ip) ?? ip);
    if (stored !== undefined) await storage.delete(PREFIX, stored.key, stored);
  }

  /** The last usable offset: IPv4 keeps its broadcast address, IPv6 has none. */
  #last(): bigint {
    return this.#options.range.size - (this.family === 'IPv4' ? 2n : 1n);
  }

  async #take(ip: string, { namespace, name }: IpOwner): Promise<boolean> {
    const { storage, clock, random } = this.#options;
    if ((await storage.get(PREFIX, ip)) !== undefined) return false;
    const object: KubeObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: {
        name: ip,
        uid: random.uuid(),
        creationTimestamp: formatTime(clock.now()),
        labels: {
          'ipaddress.kubernetes.io/ip-family': this.family,
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { resource: 'services', namespace, name } },
    };
    try {
      await storage.create(PREFIX, ip, object);
      return true;
    } catch (reason) {
      if (reason instanceof StorageError && reason.code === 'KeyExists') return false;
      throw reason;
    }
  }
}

/** Where the dynamic band begins: 1/16 of the range, at least 16 and at most 256 addresses below it. */
function bandOffset(size: bigint): bigint {
  if (size <= 16n) return 0n;
  const sixteenth = size / 16n;
  return sixteenth < 16n ? 16n : sixteenth > 256n ? 256n : sixteenth;
}

/** Offsets in the order in which they are tried: the upper band from a random start, then the lower one. */
function* offsets(band: bigint, start: bigint, last: bigint): Generator<bigint> {
  for (let offset = band + start + 1n; offset <= last; offset += 1n) yield offset;
  for (let offset = band + 1n; offset <= band + start; offset += 1n) yield offset;
  for (let offset = 1n; offset <= band; offset += 1n) yield offset;
}
