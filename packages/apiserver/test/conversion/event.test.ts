/** Events keep their meaning between the core group and events.k8s.io. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventFromCore, eventToCore } from '../../src/conversion/event.ts';

const test = suite('event conversion');

const core = {
  kind: 'Event',
  apiVersion: 'v1',
  metadata: { name: 'e', namespace: 'n' },
  involvedObject: { kind: 'Pod', name: 'p' },
  reason: 'Pulled',
  message: 'done',
  source: { component: 'kubelet' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  count: 1,
  type: 'Normal',
  eventTime: null,
  reportingComponent: 'kubelet',
  reportingInstance: '',
};

test('a core event shows its old fields as deprecated ones', () =>
  assert.equal(eventFromCore(core), {
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata: core.metadata,
    eventTime: null,
    reportingController: 'kubelet',
    reason: 'Pulled',
    regarding: core.involvedObject,
    note: 'done',
    type: 'Normal',
    deprecatedSource: core.source,
    deprecatedFirstTimestamp: core.firstTimestamp,
    deprecatedLastTimestamp: core.lastTimestamp,
    deprecatedCount: 1,
  }));

test('the way there and back changes nothing', () => assert.equal(eventToCore(eventFromCore(core)), core));

test('a new event has zero times in the core group', () => {
  const event = eventToCore({
    metadata: { name: 'e' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'c',
    reportingInstance: 'i',
    regarding: { kind: 'Pod' },
  });
  assert.equal(
    [event.firstTimestamp, event.lastTimestamp, event.source, event.reportingComponent, event.reportingInstance],
    [null, null, {}, 'c', 'i'],
  );
});

test.run();
