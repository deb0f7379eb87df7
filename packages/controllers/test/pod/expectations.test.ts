import { FakeClock, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Expectations } from '../../src/pod/expectations.ts';

const test = suite('expectations');

const object = (uid: string): KubeObject => ({ metadata: { uid } });

test('a key without expectations is satisfied', () => assert.ok(new Expectations(new FakeClock()).satisfied('a')));

test('creations are waited for, one by one', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectCreations('a', 2);
  expectations.creationObserved('a');
  assert.not(expectations.satisfied('a'));
  expectations.creationObserved('a');
  assert.ok(expectations.satisfied('a'));
});

test('deletions are waited for by uid', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectDeletions('a', [object('1'), object('2')]);
  expectations.deletionObserved('a', object('1'));
  expectations.deletionObserved('a', object('1'));
  assert.not(expectations.satisfied('a'));
  expectations.deletionObserved('a', object('2'));
  assert.ok(expectations.satisfied('a'));
});

test('after five minutes nothing is expected any more', () => {
  const clock = new FakeClock();
  const expectations = new Expectations(clock);
  expectations.expectCreations('a', 1);
  clock.advance(300_001);
  assert.ok(expectations.satisfied('a'));
});

test('a forgotten key is satisfied', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectCreations('a', 1);
  expectations.forget('a');
  assert.ok(expectations.satisfied('a'));
});

test.run();
