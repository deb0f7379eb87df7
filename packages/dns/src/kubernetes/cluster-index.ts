/** The state of the cluster as DNS needs it, kept up to date by informers and found by name and by address. */

import { isDeepStrictEqual } from 'node:util';
import { type Clock, canonicalIp, type KubeObject, objectKey } from '@towtank/apimachinery';
import type { Generation } from '../generation.ts';
import {
  type EndpointSlice,
  type Pod,
  type Service,
  type ServiceRecord,
  type SliceRecord,
  serviceRecordOf,
  sliceRecordOf,
} from './cluster-objects.ts';
import type { InformerSource, ObjectHandler } from './informer-source.ts';
import { MultiMap } from './multi-map.ts';
import { ServiceEntry } from './service-entry.ts';

/** What a {@link ClusterIndex} is made of. */
export interface ClusterIndexOptions {
  readonly clock: Clock;
  readonly generation: Generation;
  /** Whether pods are watched; only the mode `verified` reads them. */
  readonly watchPods: boolean;
  /** Whether an endpoint without a hostname is named after its pod. */
  readonly endpointPodNames: boolean;
}

const PHASES_WITHOUT_RECORD = new Set(['Succeeded', 'Failed', 'Unknown']);

/**
 * Services, ready endpoints, pods and namespaces. Every event is worked in when it arrives; queries look up maps and
 * never walk the cluster. The generation advances with every change that can alter an answer, and with no other.
 */
export class ClusterIndex {
  readonly #clock: Clock;
  readonly #generation: Generation;
  readonly #endpointPodNames: boolean;
  readonly #sources: { readonly hasSynced: boolean }[] = [];
  readonly #removers: (() => void)[] = [];
  readonly #entries = new Map<string, ServiceEntry>();
  readonly #slices = new Map<string, SliceRecord>();
  readonly #servicesByIp = new MultiMap<string, string>();
  readonly #endpointsByIp = new MultiMap<string, string>();
  readonly #podsByIp = new MultiMap<string, string>();
  readonly #podIps = new Map<string, string>();
  readonly #namespaces = new Set<string>();
  #modified: number;

  constructor(informers: InformerSource, options: ClusterIndexOptions) {
    this.#clock = options.clock;
    this.#generation = options.generation;
    this.#endpointPodNames = options.endpointPodNames;
    this.#modified = this.#clock.now();
    const watch = <T extends KubeObject>(group: string, resource: string, handler: ObjectHandler<T>): void => {
      const source = informers.informer<T>({ group, version: 'v1', resource });
      this.#sources.push(source);
      this.#removers.push(source.addHandler(handler));
    };
    watch('', 'namespaces', this.#namespaceHandler());
    watch('', 'services', this.#serviceHandler());
    watch('discovery.k8s.io', 'endpointslices', this.#sliceHandler());
    if (options.watchPods) watch('', 'pods', this.#podHandler());
  }

  /** Whether every resource has been listed once. Before that, a name that is not found may still exist. */
  get synced(): boolean {
    return this.#sources.every(({ hasSynced }) => hasSynced);
  }

  /** Seconds since the epoch of the last change that altered records: the serial of the zone. */
  get serial(): number {
    return Math.floor(this.#modified / 1000);
  }

  /** Stops to follow the cluster. */
  close(): void {
    for (const remove of this.#removers.splice(0)) remove();
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  /** The Service `namespace/name` and its endpoints; undefined where there is no such Service. */
  service(key: string): (ServiceEntry & { readonly service: ServiceRecord }) | undefined {
    const entry = this.#entries.get(key);
    return entry?.service === undefined ? undefined : (entry as ServiceEntry & { readonly service: ServiceRecord });
  }

  /** All Services that exist, in no order. */
  *services(): Iterable<ServiceEntry & { readonly service: ServiceRecord }> {
    for (const key of this.#entries.keys()) {
      const entry = this.service(key);
      if (entry !== undefined) yield entry;
    }
  }

  /** Keys of the Services that have the cluster IP; an address in canonical text. */
  servicesWithIp(ip: string): Iterable<string> {
    return this.#servicesByIp.get(ip);
  }

  /** Keys of the slices that hold the address, ready: `namespace/name` of each. */
  slicesWithIp(ip: string): Iterable<string> {
    return this.#endpointsByIp.get(ip);
  }

  /** What is kept of the slice. */
  slice(key: string): SliceRecord | undefined {
    return this.#slices.get(key);
  }

  /** Whether a living pod of the namespace has the address as its primary one, in exactly this spelling. */
  hasPodIp(namespace: string, ip: string): boolean {
    for (const key of this.#podsByIp.get(ip)) if (key.startsWith(`${namespace}/`)) return true;
    return false;
  }

  #changed(): void {
    this.#modified = this.#clock.now();
    this.#generation.advance();
  }

  #namespaceHandler(): ObjectHandler<KubeObject> {
    const set = ({ metadata: { name = '' } }: KubeObject): void => {
      if (this.#namespaces.has(name)) return;
      this.#namespaces.add(name);
      this.#generation.advance();
    };
    return {
      added: set,
      updated: (_old, namespace) => set(namespace),
      deleted: ({ metadata: { name = '' } }) => {
        if (this.#namespaces.delete(name)) this.#generation.advance();
      },
    };
  }

  #serviceHandler(): ObjectHandler<Service> {
    const set = (service: Service): void => this.#setService(objectKey(service), serviceRecordOf(service));
    return {
      added: set,
      updated: (_old, service) => set(service),
      deleted: (service) => this.#setService(objectKey(service), undefined),
    };
  }

  #setService(key: string, service: ServiceRecord | undefined): void {
    const old = this.#entries.get(key)?.service;
    if (isDeepStrictEqual(old, service)) return;
    for (const ip of old?.clusterIPs ?? []) this.#servicesByIp.delete(canonicalIp(ip) ?? ip, key);
    for (const ip of service?.clusterIPs ?? []) this.#servicesByIp.add(canonicalIp(ip) ?? ip, key);
    this.#entry(key).service = service;
    this.#tidy(key);
    this.#changed();
  }

  #sliceHandler(): ObjectHandler<EndpointSlice> {
    const set = (slice: EndpointSlice): void =>
      this.#setSlice(objectKey(slice), sliceRecordOf(slice, this.#endpointPodNames));
    return {
      added: set,
      updated: (_old, slice) => set(slice),
      deleted: (slice) => this.#setSlice(objectKey(slice), undefined),
    };
  }

  #setSlice(key: string, slice: SliceRecord | undefined): void {
    const old = this.#slices.get(key);
    if (isDeepStrictEqual(old, slice)) return;
    if (old !== undefined) {
      this.#slices.delete(key);
      for (const { ip } of old.addresses) this.#endpointsByIp.delete(ip, key);
      if (old.serviceKey !== slice?.serviceKey) this.#entry(old.serviceKey).deleteSlice(key);
      this.#tidy(old.serviceKey);
    }
    if (slice !== undefined) {
      this.#slices.set(key, slice);
      for (const { ip } of slice.addresses) this.#endpointsByIp.add(ip, key);
      this.#entry(slice.serviceKey).setSlice(key, slice);
    }
    this.#changed();
  }

  #podHandler(): ObjectHandler<Pod> {
    const set = (pod: Pod): void => {
      const gone = PHASES_WITHOUT_RECORD.has(pod.status?.phase ?? '');
      // A pod that is being deleted keeps the record it has, and gets none if it has none.
      if (pod.metadata.deletionTimestamp !== undefined && !gone) return;
      this.#setPodIp(objectKey(pod), gone ? undefined : pod.status?.podIP);
    };
    return {
      added: set,
      updated: (_old, pod) => set(pod),
      deleted: (pod) => this.#setPodIp(objectKey(pod), undefined),
    };
  }

  #setPodIp(key: string, ip: string | undefined): void {
    const old = this.#podIps.get(key);
    if (old === ip) return;
    if (old !== undefined) this.#podsByIp.delete(old, key);
    if (ip === undefined) this.#podIps.delete(key);
    else {
      this.#podIps.set(key, ip);
      this.#podsByIp.add(ip, key);
    }
    this.#changed();
  }

  #entry(key: string): ServiceEntry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = new ServiceEntry();
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #tidy(key: string): void {
    if (this.#entries.get(key)?.empty) this.#entries.delete(key);
  }
}
