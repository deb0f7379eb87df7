/** IPAddress objects: one for each address that a Service holds, which is all that allocation remembers. */
import {
  type Clock,
  canonicalIp,
  formatTime,
  ipFamilyOf,
  type KubeObject,
  type ManagedFieldsEntry,
  type Random,
} from '@towtank/apimachinery';
import { type Storage, StorageError } from '../../storage/storage.ts';

export const IP_ADDRESSES = 'networking.k8s.io/ipaddresses';
export const FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family';
export const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by';
/** The manager that IPAddresses of Services name. */
export const ALLOCATOR = 'ipallocator.k8s.io';

/** The Service that an address is taken for. */
export interface IpOwner {
  readonly namespace: string;
  readonly name: string;
}

/** What the objects are made with. */
export interface IpAddressObjectsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

const OWN_FIELDS = {
  'f:metadata': { 'f:labels': { '.': {}, [`f:${FAMILY_LABEL}`]: {}, [`f:${MANAGED_BY_LABEL}`]: {} } },
  'f:spec': { 'f:parentRef': { '.': {}, 'f:name': {}, 'f:namespace': {}, 'f:resource': {} } },
};

/** Takes addresses and gives them back. */
export class IpAddressObjects {
  readonly #options: IpAddressObjectsOptions;
  readonly #pending = new Set<string>();

  constructor(options: IpAddressObjectsOptions) {
    this.#options = options;
  }

  /** Takes an address, in any spelling; false where somebody holds it. */
  async take(ip: string, owner: IpOwner): Promise<boolean> {
    const { storage } = this.#options;
    const name = canonicalIp(ip) ?? ip;
    if ((await storage.get(IP_ADDRESSES, name)) !== undefined) return false;
    try {
      await storage.create(IP_ADDRESSES, name, this.#objectFor(name, owner));
      return true;
    } catch (reason) {
      if (reason instanceof StorageError && reason.code === 'KeyExists') return false;
      throw reason;
    }
  }

  /** Takes an address for a Service that is about to be written: until {@link confirm}, nobody misses the Service. */
  async reserve(ip: string, owner: IpOwner): Promise<boolean> {
    const name = canonicalIp(ip) ?? ip;
    if (this.#pending.has(name)) return false;
    this.#pending.add(name);
    const taken = await this.take(name, owner).catch((reason: unknown) => {
      this.#pending.delete(name);
      throw reason;
    });
    if (!taken) this.#pending.delete(name);
    return taken;
  }

  /** The Service of a reserved address has been written. */
  confirm(ip: string): void {
    this.#pending.delete(canonicalIp(ip) ?? ip);
  }

  /** Whether an address is reserved for a Service that has not been written yet. */
  isPending(ip: string): boolean {
    return this.#pending.has(ip);
  }

  /** Gives an address back, whoever holds it. */
  async release(ip: string): Promise<void> {
    const { storage } = this.#options;
    this.confirm(ip);
    const stored = await storage.get(IP_ADDRESSES, canonicalIp(ip) ?? ip);
    if (stored !== undefined) await storage.delete(IP_ADDRESSES, stored.key, stored);
  }

  #objectFor(name: string, owner: IpOwner): KubeObject {
    const { clock, random } = this.#options;
    const now = formatTime(clock.now());
    const managed: ManagedFieldsEntry = {
      manager: 'kube-apiserver',
      operation: 'Update',
      apiVersion: 'networking.k8s.io/v1',
      time: now,
      fieldsType: 'FieldsV1',
      fieldsV1: OWN_FIELDS,
    };
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: {
        name,
        uid: random.uuid(),
        creationTimestamp: now,
        labels: { [FAMILY_LABEL]: ipFamilyOf(name) ?? 'IPv4', [MANAGED_BY_LABEL]: ALLOCATOR },
        managedFields: [managed],
      },
      spec: { parentRef: { resource: 'services', namespace: owner.namespace, name: owner.name } },
    };
  }
}
