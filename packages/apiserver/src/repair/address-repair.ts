/**
 * Checks that Services and IPAddresses belong together, and mends what does not: a Service's address has an IPAddress,
 * which names the Service. Both may be written by anybody.
 */
import { type Clock, canonicalLegacyIp, ipFamilyOf, type KubeObject } from '@towtank/apimachinery';
import type { ServerEvents } from '../events/server-events.ts';
import type { Storage } from '../storage/storage.ts';
import {
  ALLOCATOR,
  FAMILY_LABEL,
  IP_ADDRESSES,
  type IpAddressObjects,
  MANAGED_BY_LABEL,
} from '../strategies/service/ip-address-objects.ts';
import { isHeadless, needsClusterIp, type Service } from '../strategies/service/service.ts';
import type { ServiceCidrTable } from '../strategies/service/service-cidr-table.ts';
import { isUsable } from '../strategies/service/usable-addresses.ts';

/** What the repair works with. */
export interface AddressRepairOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly cidrs: ServiceCidrTable;
  readonly addresses: IpAddressObjects;
  readonly events: ServerEvents;
}

interface ParentRef {
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const COMPONENT = 'ipallocator-repair-controller';
/** For so long an address may have no Service: the Service may be about to be written. */
const GRACE_MS = 60_000;

/** Mends one Service or one IPAddress at a time. */
export class AddressRepair {
  readonly #options: AddressRepairOptions;

  constructor(options: AddressRepairOptions) {
    this.#options = options;
  }

  /** Checks the addresses of a Service; whether something is left that the next round has to look at. */
  async checkService(service: Service): Promise<boolean> {
    let left = false;
    for (const ip of addressesOf(service)) left = (await this.#checkClusterIp(service, ip)) || left;
    return left;
  }

  /** Checks an IPAddress and removes it where it is nobody's. Answers when to look again, in milliseconds from now. */
  async checkAddress(address: KubeObject): Promise<number | undefined> {
    const { storage, addresses, clock } = this.#options;
    const { name = '', creationTimestamp = '', labels } = address.metadata;
    if (labels?.[MANAGED_BY_LABEL] !== ALLOCATOR || addresses.isPending(name)) return undefined;
    const parent = parentOf(address);
    if (!isService(parent))
      return await this.#remove(
        address,
        'IPAddressNotAllocated',
        `IPAddress ${name} appears to have been modified, not referencing a Service ${goText(parent)}: cleaning up`,
      );
    const key = `${parent.namespace}/${parent.name}`;
    const service = (await storage.get('services', key))?.object as Service | undefined;
    if (service !== undefined) {
      if (addressesOf(service).some((ip) => canonicalLegacyIp(ip) === name)) return undefined;
      const why = `IPAddress: ${name} for Service ${key} has a wrong reference; cleaning up`;
      return await this.#remove(address, 'IPAddressWrongReference', why);
    }
    const ageMs = clock.now() - Date.parse(creationTimestamp ?? '');
    if (ageMs <= GRACE_MS) return GRACE_MS - ageMs + 1;
    const why = `IPAddress: ${name} for Service ${key} appears to have leaked: cleaning up`;
    return await this.#remove(address, 'IPAddressNotAllocated', why);
  }

  /** Whether a Service counts on this IPAddress as it was before it changed or went. */
  async isMissed(before: KubeObject): Promise<boolean> {
    const parent = parentOf(before);
    if (!isService(parent)) return false;
    const stored = await this.#options.storage.get('services', `${parent.namespace}/${parent.name}`);
    const held = stored === undefined ? [] : addressesOf(stored.object as Service);
    return held.some((ip) => canonicalLegacyIp(ip) === before.metadata.name);
  }

  async #checkClusterIp(service: Service, text: string): Promise<boolean> {
    const { storage, cidrs } = this.#options;
    const ip = canonicalLegacyIp(text);
    if (ip === undefined) {
      // The real server shows the address as it could not be parsed, which is as nothing.
      await this.#warn(service, 'ClusterIPNotValid', 'Cluster IP <nil> is not a valid IP; please recreate Service');
      return true;
    }
    const family = ipFamilyOf(ip);
    if (!cidrs.ranges().some((range) => isUsable(range, ip))) {
      const why = `Cluster IP [${family}]: ${ip} is not within any configured Service CIDR; please recreate service`;
      await this.#warn(service, 'ClusterIPOutOfRange', why);
      return true;
    }
    const address = (await storage.get(IP_ADDRESSES, ip))?.object;
    if (address === undefined) {
      const why = `Cluster IP [${family}]: ${ip} is not allocated; repairing`;
      await this.#warn(service, 'ClusterIPNotAllocated', why);
      return !(await this.#take(service, ip));
    }
    return await this.#checkReference(service, ip, address);
  }

  async #checkReference(service: Service, ip: string, address: KubeObject): Promise<boolean> {
    const { namespace, name } = service.metadata;
    const family = ipFamilyOf(ip);
    const parent = parentOf(address);
    let shared = false;
    if (!isService(parent) || parent.namespace !== namespace || parent.name !== name) {
      const stored = isService(parent)
        ? await this.#options.storage.get('services', `${parent.namespace}/${parent.name}`)
        : undefined;
      if (stored === undefined) {
        const why = `the ClusterIP [${family}]: ${ip} for Service ${namespace}/${name} has a wrong reference; repairing`;
        await this.#warn(service, 'ClusterIPNotAllocated', why);
        return !(await this.#retake(service, ip));
      }
      shared = true;
      if ((stored.object as Service).spec.clusterIPs?.includes(ip)) {
        const why = `Cluster IP [${family}]:${ip} was assigned to multiple services; please recreate service`;
        await this.#warn(service, 'ClusterIPAlreadyAllocated', why);
      }
    }
    const { labels = {} } = address.metadata;
    if (labels[FAMILY_LABEL] === family && labels[MANAGED_BY_LABEL] === ALLOCATOR) return shared;
    return !(await this.#retake(service, ip));
  }

  async #retake(service: Service, ip: string): Promise<boolean> {
    await this.#options.addresses.release(ip);
    return await this.#take(service, ip);
  }

  #take({ metadata: { namespace = '', name = '' } }: Service, ip: string): Promise<boolean> {
    return this.#options.addresses.take(ip, { namespace, name });
  }

  #warn(service: Service, reason: string, message: string): Promise<void> {
    const action = reason === 'ClusterIPNotValid' ? 'ClusterIPValidation' : 'ClusterIPAllocation';
    return this.#options.events.warn(service, { component: COMPONENT, reason, message, action });
  }

  async #remove(address: KubeObject, reason: string, message: string): Promise<undefined> {
    const { events, addresses } = this.#options;
    await events.warn(address, { component: COMPONENT, reason, message, action: 'IPAddressAllocation' });
    await addresses.release(address.metadata.name ?? '');
  }
}

const addressesOf = (service: Service): string[] =>
  needsClusterIp(service) && !isHeadless(service) ? (service.spec.clusterIPs ?? []) : [];

const parentOf = ({ spec }: KubeObject): ParentRef => spec?.parentRef ?? {};

const isService = ({ group = '', resource }: ParentRef): boolean => group === '' && resource === 'services';

/** The reference as Go prints it. */
const goText = ({ group = '', resource = '', namespace = '', name = '' }: ParentRef): string =>
  `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}`;
