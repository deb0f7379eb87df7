/** The ServiceCIDRs of the cluster at hand, so that an allocation neither waits nor searches. */
import { type IpFamily, type IpRange, type KubeObject, parseCidr } from '@towtank/apimachinery';
import type { Storage } from '../../storage/storage.ts';

export const SERVICE_CIDRS = 'networking.k8s.io/servicecidrs';

/** Ranges of IPv6 with a shorter prefix are too large for Kubernetes to allocate from. */
const SHORTEST_IPV6_PREFIX = 64;

/** Follows the ServiceCIDRs in a store. */
export class ServiceCidrTable {
  readonly #objects = new Map<string, KubeObject>();
  #ready: readonly IpRange[] | undefined;
  #stop: (() => void) | undefined;

  /** Takes over the newest state of a store, and follows it until the table is closed. */
  async follow(storage: Storage): Promise<void> {
    const { items, revision } = await storage.list(SERVICE_CIDRS, {});
    for (const { key, object } of items) this.#set(key, object);
    this.#stop = storage.watch(SERVICE_CIDRS, {}, revision, {
      event: ({ type, stored }) => this.#set(stored.key, type === 'DELETED' ? undefined : stored.object),
    });
  }

  /** The ranges of a family that addresses may be taken from: those of ServiceCIDRs that are ready, each once. */
  readyRanges(family: IpFamily): readonly IpRange[] {
    this.#ready ??= distinct([...this.#objects.values()].filter(isReady).flatMap(rangesOf));
    return this.#ready.filter((range) => range.family === family);
  }

  /** All ranges, whatever the state of their ServiceCIDR. */
  ranges(): readonly IpRange[] {
    return [...this.#objects.values()].flatMap(rangesOf);
  }

  close(): void {
    this.#stop?.();
  }

  #set(name: string, object: KubeObject | undefined): void {
    if (object === undefined) this.#objects.delete(name);
    else this.#objects.set(name, object);
    this.#ready = undefined;
  }
}

/** One without the condition counts as ready: there may be nobody to set it. */
function isReady({ metadata, status }: KubeObject): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const conditions: readonly { type: string; status: string }[] = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}

const rangesOf = ({ spec }: KubeObject): IpRange[] => {
  const cidrs: readonly string[] = spec?.cidrs ?? [];
  return cidrs.flatMap((cidr) => parseCidr(cidr) ?? []);
};

function distinct(ranges: readonly IpRange[]): IpRange[] {
  const usable = ranges.filter(({ family, prefixLength }) => family === 'IPv4' || prefixLength >= SHORTEST_IPV6_PREFIX);
  return usable.filter(
    ({ base, size, family }, at) =>
      usable.findIndex((other) => other.family === family && other.base === base && other.size === size) === at,
  );
}
