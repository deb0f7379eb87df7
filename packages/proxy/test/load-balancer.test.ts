import { FakeClock, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BalancerMode, type Endpoint, LoadBalancer } from '../src/index.ts';

const test = suite('load balancer');

interface Subject {
  readonly clock: FakeClock;
  readonly balancer: LoadBalancer;
  readonly set: (...keys: string[]) => void;
  readonly pick: (client?: string, tried?: string[]) => string | undefined;
  readonly picks: (times: number, client?: string) => (string | undefined)[];
}

function subject({ mode = 'round-robin' as BalancerMode, ttl = 0, seed = 'seed' } = {}): Subject {
  const clock = new FakeClock();
  const balancer = new LoadBalancer({ clock, random: seededRandom(seed), mode });
  balancer.setAffinity(ttl);
  let choice = { scope: '', endpoints: [] as Endpoint[] };
  const pick: Subject['pick'] = (client = '10.244.0.1', tried = []) =>
    balancer.pick({ choice, client, tried: new Set(tried) });
  return {
    clock,
    balancer,
    set: (...keys) => {
      choice = { scope: '', endpoints: keys.map((key) => ({ key }) as Endpoint) };
      balancer.retain((key) => keys.includes(key));
    },
    pick,
    picks: (times, client) => Array.from({ length: times }, () => pick(client)),
  };
}

test('three endpoints are taken in turn, each twice in six picks', () => {
  const { set, picks } = subject();
  set('a', 'b', 'c');
  const seen = picks(6);
  assert.equal([...seen].sort(), ['a', 'a', 'b', 'b', 'c', 'c']);
  assert.equal(seen.slice(0, 3), seen.slice(3));
});

test('the same set in another order leaves the turn where it is', () => {
  const { set, picks } = subject();
  set('a', 'b', 'c');
  const [first, second, third] = picks(3);
  picks(1);
  set('c', 'a', 'b');
  assert.equal(picks(3), [second, third, first]);
});

test('a changed set is shuffled and begun anew, wherever the turn has been', () => {
  const orders = ['1', '2', '3', '4'].map((seed) => {
    const [begun, further] = [1, 2].map((picked) => {
      const { set, picks } = subject({ seed });
      set('a', 'b', 'c', 'd', 'e');
      const before = picks(5);
      picks(picked);
      set('a', 'b', 'c', 'd', 'e', 'f');
      return { before: before.join(''), after: picks(6).join('') };
    });
    assert.equal(further, begun, 'the turn begins at the same endpoint');
    assert.equal([...(begun?.after ?? '')].sort().join(''), 'abcdef');
    return begun;
  });
  const isKept = (order: (typeof orders)[number]): boolean =>
    `${order?.before}`.repeat(2).includes(`${order?.after}`.replace('f', ''));
  assert.not(orders.every(isKept), 'the old order does not go on with one more');
});

test('a changed set keeps its new order while it stays the same', () => {
  const { set, picks } = subject();
  set('a', 'b', 'c');
  picks(1);
  set('a', 'b', 'c', 'd');
  const turn = picks(4);
  set('d', 'c', 'b', 'a');
  assert.equal(picks(4), turn);
});

test('the order differs from seed to seed and repeats for one seed', () => {
  const orders = ['1', '2', '3', '4', '1'].map((seed) => {
    const { set, picks } = subject({ seed });
    set('a', 'b', 'c', 'd', 'e');
    return picks(5).join('');
  });
  assert.is(orders[0], orders[4]);
  assert.ok(new Set(orders).size > 1);
});

test('no endpoint gives nothing', () => {
  const { set, pick } = subject();
  set();
  assert.is(pick(), undefined);
});

test('random picks spread over all endpoints', () => {
  const { set, picks } = subject({ mode: 'random' });
  set('a', 'b', 'c');
  const counts = new Map<string | undefined, number>();
  for (const key of picks(3000)) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const key of ['a', 'b', 'c'])
    assert.ok(Math.abs((counts.get(key) ?? 0) - 1000) < 150, `${key} is picked fairly`);
});

for (const mode of ['round-robin', 'random'] as const) {
  test(`${mode}: endpoints that failed are passed over while there is another`, () => {
    const { set, pick } = subject({ mode });
    set('a', 'b', 'c');
    for (let round = 0; round < 20; round += 1) assert.is(pick('x', ['a', 'c']), 'b');
    assert.ok(pick('x', ['a', 'b', 'c']) !== undefined);
  });
}

test('a client sticks to its endpoint, and clients do not share one', () => {
  const { set, picks } = subject({ ttl: 10 });
  set('a', 'b', 'c');
  const first = picks(5, '10.244.0.1');
  const second = picks(5, '10.244.0.2');
  assert.is(new Set(first).size, 1);
  assert.is(new Set(second).size, 1);
  assert.is.not(first[0], second[0]);
});

test('a pin is renewed by every use and ends when the timeout has passed in whole seconds', () => {
  const { clock, set, pick } = subject({ ttl: 10 });
  set('a', 'b', 'c');
  const pinned = pick();
  for (let round = 0; round < 3; round += 1) {
    clock.advance(9999);
    assert.is(pick(), pinned);
  }
  clock.advance(10_000);
  assert.is.not(pick(), pinned);
});

test('a client whose endpoint goes sticks to another, and does not come back with the first', () => {
  const { set, pick, picks } = subject({ ttl: 10 });
  set('a', 'b');
  const pinned = pick() as string;
  const other = pinned === 'a' ? 'b' : 'a';
  set(other);
  assert.equal(picks(3), [other, other, other]);
  set('a', 'b');
  assert.equal(picks(3), [other, other, other]);
});

test('a pin is lost with its endpoint even when nobody connects meanwhile', () => {
  const { set, pick } = subject({ ttl: 1000, seed: 'x' });
  set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const pinned = pick() as string;
  const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].filter((key) => key !== pinned);
  set(...others);
  set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const again = pick();
  assert.is(pick(), again);
});

test('a failed endpoint loses the client to the one that is tried next', () => {
  const { set, pick } = subject({ ttl: 10 });
  set('a', 'b', 'c');
  const failed = pick() as string;
  const next = pick(undefined, [failed]);
  assert.is.not(next, failed);
  assert.is(pick(), next);
});

test('switching affinity off forgets the pins', () => {
  const { balancer, set, picks } = subject({ ttl: 10 });
  set('a', 'b', 'c');
  picks(3);
  balancer.setAffinity(0);
  assert.is(new Set(picks(3)).size, 3);
});

test.run();
