import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Strategy of events');
const STRICT = 'events.k8s.io';
const NOW = '2026-01-01T00:00:00.000000Z';

const event = (fields: object, namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace },
  involvedObject: { namespace },
  ...fields,
});
const full = {
  eventTime: NOW,
  reportingComponent: 'example.com/c',
  reportingInstance: 'i',
  action: 'Do',
  reason: 'R',
  type: 'Normal',
};

test('an event lives where its object lives', () => {
  const problem = 'does not match event.namespace';
  assert.equal(problemsOf(event({ involvedObject: { namespace: 'other' } })), [
    `involvedObject.namespace: Invalid value: "other": ${problem}`,
  ]);
  const older = event({ involvedObject: {} }, 'kube-system');
  assert.equal(problemsOf(older), [`involvedObject.namespace: Invalid value: "": ${problem}`]);
  assert.equal(problemsOf({ ...older, ...full }), []);
});

test('an event that says when it happened says more', () => {
  assert.equal(problemsOf(event({ eventTime: NOW, reason: 'r'.repeat(129), message: 'm'.repeat(1025) })), [
    'reportingComponent: Required value',
    'reportingComponent: Invalid value: "": name part must be non-empty',
    "reportingComponent: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    'reportingInstance: Required value',
    'action: Required value',
    'reason: Invalid value: "": can have at most 128 characters',
    'message: Invalid value: "": can have at most 1024 characters',
  ]);
});

test('clients of the newer group leave out what is of the older one', () => {
  assert.equal(problemsOf(event(full), STRICT), []);
  const older = { type: 'Odd', firstTimestamp: NOW, lastTimestamp: NOW, count: 1, source: { host: 'h' } };
  assert.equal(problemsOf(event(older)), []);
  assert.equal(problemsOf(event({ ...older, series: { count: 1 } }), STRICT), [
    'series.count: Invalid value: "": should be at least 2',
    'series.lastObservedTime: Required value',
    'eventTime: Required value',
    'type: Invalid value: "": has invalid value: Odd',
    'firstTimestamp: Invalid value: "": needs to be unset',
    'lastTimestamp: Invalid value: "": needs to be unset',
    'count: Invalid value: "": needs to be unset',
    'source: Invalid value: "": needs to be unset',
  ]);
});

test('they change nothing but the series', () => {
  const series = { count: 2, lastObservedTime: NOW };
  const next = event({ ...full, action: 'Undo', reportingComponent: 'other' });
  assert.equal(changeProblems(event(full), event({ ...full, series }), '', STRICT), []);
  assert.equal(changeProblems(event(full), next), []);
  assert.equal(changeProblems(event(full), next, '', STRICT), [
    'action: Invalid value: "Undo": field is immutable',
    'reportingController: Invalid value: "other": field is immutable',
  ]);
});

test.run();
