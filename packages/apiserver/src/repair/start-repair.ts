/** Starts what mends addresses and ports: at once what has just been written, in rounds what others have left behind. */
import type { Activity, Clock, KubeObject, Timer } from '@towtank/apimachinery';
import type { ServerEvents } from '../events/server-events.ts';
import type { Storage, StorageEvent } from '../storage/storage.ts';
import type { ClusterAllocators } from '../strategies/service/build-allocators.ts';
import { IP_ADDRESSES } from '../strategies/service/ip-address-objects.ts';
import type { Service } from '../strategies/service/service.ts';
import { SERVICE_CIDRS } from '../strategies/service/service-cidr-table.ts';
import { AddressRepair } from './address-repair.ts';
import { PortRepair } from './port-repair.ts';

/** What the repair works with. */
export interface RepairOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: ServerEvents;
  readonly allocators: ClusterAllocators;
  readonly activity?: Activity | undefined;
}

/** Between two rounds, as in Kubernetes. A round without anything to look at is not held. */
const ROUND_MS = 180_000;

/** Starts to follow the store; the result stops it. */
export async function startRepair(options: RepairOptions): Promise<() => void> {
  const repair = new Repair(options);
  await repair.follow();
  return () => repair.close();
}

class Repair {
  readonly #options: RepairOptions;
  readonly #addresses: AddressRepair;
  readonly #ports: PortRepair;
  readonly #startedMs: number;
  /** Names of IPAddresses and keys of Services that have changed. */
  readonly #changedAddresses = new Set<string>();
  readonly #changedServices = new Set<string>();
  /** IPAddresses as they were before they changed or went. */
  #before: KubeObject[] = [];
  readonly #timers = new Map<string, Timer>();
  #stops: (() => void)[] = [];
  #working = false;
  #closed = false;

  constructor(options: RepairOptions) {
    const { storage, clock, events, allocators } = options;
    this.#options = options;
    this.#addresses = new AddressRepair({ storage, clock, events, ...allocators });
    this.#ports = new PortRepair({ ports: allocators.nodePorts, events });
    this.#startedMs = clock.now();
  }

  async follow(): Promise<void> {
    const { storage } = this.#options;
    const { items, revision } = await storage.list('services', {});
    for (const { key, object } of items) this.#serviceChanged(key, object as Service);
    const follow = (prefix: string, event: (event: StorageEvent) => void): void =>
      void this.#stops.push(storage.watch(prefix, {}, revision, { event }));
    follow('services', ({ type, stored }) =>
      this.#serviceChanged(stored.key, type === 'DELETED' ? undefined : (stored.object as Service)),
    );
    follow(IP_ADDRESSES, (event) => this.#addressChanged(event));
    follow(SERVICE_CIDRS, ({ type }) => type === 'DELETED' && this.#askForRound());
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #serviceChanged(key: string, service: Service | undefined): void {
    if (this.#ports.note(key, service)) this.#askForRound();
    if (service !== undefined) this.#changedServices.add(key);
    this.#work();
  }

  #addressChanged({ type, stored, previous }: StorageEvent): void {
    if (type !== 'ADDED') this.#before.push(previous?.object ?? stored.object);
    if (type !== 'DELETED' && !this.#options.allocators.addresses.isPending(stored.key))
      this.#changedAddresses.add(stored.key);
    if (this.#before.length + this.#changedAddresses.size > 0) this.#work();
  }

  /** Works off what has changed, once the writes of this turn are through. */
  #work(): void {
    if (this.#working || this.#closed) return;
    this.#working = true;
    const end = this.#options.activity?.begin('repair of allocations');
    setImmediate(() => {
      const done = (): void => {
        this.#working = false;
        end?.();
        if (this.#changedServices.size + this.#changedAddresses.size + this.#before.length > 0) this.#work();
      };
      // A write that lost a race to another is none that would not be repeated.
      this.#mend()
        .catch(() => this.#askForRound())
        .finally(done);
    });
  }

  async #mend(): Promise<void> {
    const { storage } = this.#options;
    const services = [...this.#changedServices];
    const names = [...this.#changedAddresses];
    const before = this.#before.splice(0);
    this.#changedServices.clear();
    this.#changedAddresses.clear();
    for (const key of services) {
      const stored = await storage.get('services', key);
      if (stored !== undefined && (await this.#addresses.checkService(stored.object as Service))) this.#askForRound();
    }
    for (const name of names) {
      const stored = await storage.get(IP_ADDRESSES, name);
      const againMs = stored === undefined ? undefined : await this.#addresses.checkAddress(stored.object);
      if (againMs !== undefined) this.#later(name, againMs, () => this.#lookAgain(name));
    }
    if (this.#ports.hasLeak()) this.#askForRound();
    for (const address of before) if (await this.#addresses.isMissed(address)) this.#askForRound();
  }

  #lookAgain(name: string): void {
    this.#changedAddresses.add(name);
    this.#work();
  }

  /** Has everything looked at when the next round is due. */
  #askForRound(): void {
    const sinceMs = (this.#options.clock.now() - this.#startedMs) % ROUND_MS;
    if (!this.#timers.has(ROUND)) this.#later(ROUND, ROUND_MS - sinceMs, () => void this.#round());
  }

  async #round(): Promise<void> {
    const { storage, activity } = this.#options;
    const end = activity?.begin('repair of allocations');
    const services = (await storage.list('services', {})).items;
    if (await this.#ports.round(services.map(({ object }) => object as Service))) this.#askForRound();
    for (const { key } of services) this.#changedServices.add(key);
    for (const { key } of (await storage.list(IP_ADDRESSES, {})).items) this.#changedAddresses.add(key);
    this.#work();
    end?.();
  }

  #later(name: string, delayMs: number, callback: () => void): void {
    if (this.#closed) return;
    this.#timers.get(name)?.cancel();
    const timer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(name);
      callback();
    });
    this.#timers.set(name, timer);
  }
}

const ROUND = 'round';
