import { type KubeObject, type Random, seededRandom } from '@towtank/apimachinery';
import { Informer } from '@towtank/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Endpoint,
  type EndpointSlice,
  endpointsOf,
  type SliceChanges,
} from '../../src/endpointslice/endpoint-slice.ts';
import { planSlices } from '../../src/endpointslice/plan-slices.ts';
import { PublishedEndpoints } from '../../src/endpointslice/published-endpoints.ts';
import type { Pod } from '../../src/pod/pod.ts';
import { PODS } from '../../src/pod/pod-control.ts';
import type { Service } from '../../src/service/service.ts';

const test = suite('published endpoints');

const failed = (error: unknown): void => {
  throw error;
};

const NAMES = Array.from({ length: 330 }, (_, at) => `web-${at}`);
const NODES = ['node-1', 'node-2', 'node-3'];

/** Pods, nodes and slices that change at random, looked at by one who remembers and by one who begins anew. */
class World {
  readonly #random: Random;
  readonly #pods = new Informer<Pod>({ gvr: PODS, handlerFailed: failed, watchFailed: failed });
  readonly #nodes = new Map<string, KubeObject>();
  readonly #remembering = this.#newcomer();
  #service = serviceOf({ app: 'web' });
  #slices: EndpointSlice[] = [];
  #version = 0;

  constructor(random: Random) {
    this.#random = random;
    for (const name of NODES) this.#nodes.set(name, nodeOf(name, 'a'));
  }

  change(): void {
    const name = this.#pick(NAMES);
    const roll = this.#random.int(100);
    if (roll < 60) this.#pods.consumer.set(this.#pod(name));
    else if (roll < 85) this.#pods.consumer.remove({ metadata: { name, namespace: 'shop' } } as Pod);
    else if (roll < 88) this.#nodes.set(this.#pick(NODES), nodeOf(this.#pick(NODES), this.#pick(['a', 'b'])));
    else if (roll < 90) this.#nodes.delete(this.#pick(NODES));
    else if (roll < 92)
      this.#service = serviceOf(this.#pick([{ app: 'web' }, { app: 'web', tier: 'front' }]), this.#pick([8080, 9090]));
    else if (roll < 95) this.#slices = this.#slices.filter((slice) => slice !== this.#pick(this.#slices));
    else this.#meddle();
  }

  /** All nodes are there, and somebody else puts the endpoints of one slice into another, too. */
  duplicate(): void {
    for (const name of NODES) this.#nodes.set(name, nodeOf(name, 'a'));
    const [first, second] = this.#slices;
    if (first !== undefined && second !== undefined)
      this.#replace(second, [...endpointsOf(first).slice(0, 10), ...endpointsOf(second).slice(0, 90)]);
  }

  /** What either would do, by the names of the slices and the number of those to create. */
  plans(): { remembering: SliceChanges; fresh: SliceChanges } {
    return { remembering: this.#plan(this.#remembering), fresh: this.#plan(this.#newcomer()) };
  }

  /** Carries a plan out, or as much of it as works. */
  write({ create, update, delete: doomed }: SliceChanges, worksFor: () => boolean = () => true): void {
    const written = new Map(this.#slices.map((slice) => [slice.metadata.name, slice]));
    for (const slice of create) {
      const name = `slice-${++this.#version}`;
      if (worksFor()) written.set(name, stored({ ...slice, metadata: { ...slice.metadata, name } }));
    }
    for (const slice of update) if (worksFor()) written.set(slice.metadata.name, stored(slice));
    for (const { metadata } of doomed) if (worksFor()) written.delete(metadata.name);
    this.#slices = [...written.values()];
  }

  /** The addresses of all slices, with whether they are ready. */
  get published(): string[] {
    return this.#slices
      .flatMap((slice) => endpointsOf(slice).map((each) => `${each.addresses} ${each.conditions.ready} ${each.zone}`))
      .sort();
  }

  /** Works now and then. */
  readonly isLucky = (): boolean => this.#random.int(3) > 0;

  #newcomer(): PublishedEndpoints {
    return new PublishedEndpoints({ pods: this.#pods, node: (name) => this.#nodes.get(name) });
  }

  #plan(published: PublishedEndpoints): SliceChanges {
    published.look(this.#service, this.#service.spec.selector ?? {});
    const desired = published.of(this.#service, 'IPv4');
    return planSlices({ service: this.#service, desired, existing: this.#slices, addressType: 'IPv4' }).changes;
  }

  #pod(name: string): Pod {
    const number = NAMES.indexOf(name);
    const status = this.#pick(['True', 'False'] as const);
    return stored({
      metadata: {
        name,
        namespace: 'shop',
        uid: name,
        resourceVersion: String(++this.#version),
        labels: { app: this.#pick(['web', 'web', 'web', 'other']), tier: this.#pick(['front', 'back']) },
      },
      spec: { nodeName: this.#pick(NODES), containers: [] },
      status: {
        podIPs: [{ ip: `10.244.${number >> 8}.${number & 255}` }],
        conditions: [{ type: 'Ready', status }],
      },
    });
  }

  /** Somebody else takes an endpoint out of a slice. */
  #meddle(): void {
    const slice = this.#pick(this.#slices);
    if (slice !== undefined) this.#replace(slice, endpointsOf(slice).slice(1));
  }

  #replace(slice: EndpointSlice, endpoints: readonly Endpoint[]): void {
    this.#slices = this.#slices.map((each) =>
      each === slice ? stored({ ...slice, endpoints: [...endpoints] }) : each,
    );
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.int(Math.max(choices.length, 1))] as T;
  }
}

const stored = <T>(object: T): T => Object.freeze(structuredClone(object));

const serviceOf = (selector: Record<string, string>, targetPort = 8080): Service =>
  stored({
    metadata: { name: 'web', namespace: 'shop', uid: 'u' },
    spec: { clusterIP: '10.96.0.1', selector, ports: [{ port: 80, protocol: 'TCP', targetPort }] },
  });

const nodeOf = (name: string, zone: string): KubeObject =>
  stored({ metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } });

const summary = ({ create, update, delete: doomed }: SliceChanges): object => ({
  create: create.map((slice) => endpointsOf(slice).length),
  update: update.map(({ metadata }) => metadata.name).sort(),
  delete: doomed.map(({ metadata }) => metadata.name).sort(),
});

for (const seed of ['one', 'two', 'three', 'four']) {
  test(`whoever remembers plans what a newcomer would, whatever happens (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const world = new World(random);
    for (let round = 0; round < 150; round += 1) {
      for (let changes = random.int(round < 20 ? 40 : 3); changes >= 0; changes -= 1) world.change();
      const { remembering, fresh } = world.plans();
      assert.equal(summary(remembering), summary(fresh), `round ${round}`);
      world.write(remembering, world.isLucky);
    }
    world.write(world.plans().remembering);
    world.duplicate();
    for (let tries = 0; tries < 3; tries += 1) world.write(world.plans().remembering);
    const { remembering, fresh } = world.plans();
    const nothing = { create: [], update: [], delete: [] };
    assert.equal([summary(remembering), summary(fresh)], [nothing, nothing]);
    assert.ok(world.published.length > 0);
    assert.is(new Set(world.published).size, world.published.length);
  });
}

test.run();
