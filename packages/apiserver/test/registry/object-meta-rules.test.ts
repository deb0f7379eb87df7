import type { KubeObject, ObjectMeta } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../src/registry/object-meta-rules.ts';
import type { Strategy } from '../../src/registry/strategy.ts';

const test = suite('Rules for metadata');

const object = (metadata: ObjectMeta): KubeObject => ({ metadata: { name: 'x', namespace: 'default', ...metadata } });
const created = (metadata: ObjectMeta, strategy: Strategy = {}): string[] =>
  validateObjectMeta(object(metadata), strategy, true).map(({ field, body }) => `${field}: ${body}`);
const changed = (next: ObjectMeta, old: ObjectMeta = {}, strategy: Strategy = {}): string[] =>
  validateObjectMetaUpdate(object(next), object(old), strategy).map(({ field, body }) => `${field}: ${body}`);

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };

const ROWS: readonly (readonly [name: string, metadata: ObjectMeta, problems: readonly string[]])[] = [
  ['a base may end in a dash, and in what stands before it', { generateName: 'a_-' }, []],
  ['a base is no dash alone', { generateName: '-' }, [`metadata.generateName: Invalid value: "-": ${SUBDOMAIN}`]],
  [
    'a generation is not negative',
    { generation: -1 },
    ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'owners have a version, a kind, a name and a uid',
    {
      ownerReferences: [
        { ...owner, apiVersion: 'a/b/c' },
        { apiVersion: '', kind: '', name: '', uid: '' },
      ],
    },
    [
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
  ],
  [
    'an Event owns nothing',
    { ownerReferences: [{ ...owner, kind: 'Event' }] },
    [
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"p","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
  ],
  [
    'finalizers have a name and a domain',
    { finalizers: ['a b', 'orphan', 'foregroundDeletion'] },
    [
      "metadata.finalizers: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'metadata.finalizers: Invalid value: ["a b","orphan","foregroundDeletion"]: finalizer foregroundDeletion and orphan cannot be both set',
      'metadata.finalizers[0]: Invalid value: "a b": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
];

for (const [name, metadata, problems] of ROWS) test(name, () => assert.equal(created(metadata), problems));

test('each controller beyond the first is one too many', () => {
  const controllers = ['a', 'b', 'c'].map((name) => ({ ...owner, name, controller: true }));
  const problems = created({ ownerReferences: controllers }).map((problem) => problem.split('references for ')[1]);
  assert.equal(problems, ['Pod/a and Pod/b', 'Pod/a and Pod/c']);
});

const TIME = '2026-01-01T00:00:00Z';

test('an update does not begin a deletion, nor change its grace', () => {
  const begun = [
    `metadata.deletionTimestamp: Invalid value: "${TIME}": field is immutable`,
    'metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable',
  ];
  assert.equal(changed({ deletionTimestamp: TIME, deletionGracePeriodSeconds: 5 }), [...begun, ...begun]);
  assert.equal(changed({ deletionTimestamp: TIME }, { deletionTimestamp: TIME }), []);
});

const LONG = 'x'.repeat(64);
const tooLong = `metadata.labels: Invalid value: "${LONG}": must be no more than 63 bytes`;
const undomained =
  'metadata.finalizers[0]: Invalid value: "f": name is neither a standard finalizer name nor is it fully qualified';

test('a bad label has a cause for each time that the rules run', () => {
  const labels = { a: LONG };
  assert.equal(changed({ labels }), [tooLong, tooLong, tooLong]);
  assert.equal(changed({ labels }, {}, { metadataRulesOfUpdate: [] }), [tooLong, tooLong]);
  assert.equal(changed({ labels }, {}, { metadataRulesOfUpdate: ['update', 'create'] }), Array(4).fill(tooLong));
});

test('only kinds with rules of their own ask finalizers for a domain', () => {
  assert.equal(changed({ finalizers: ['f'] }), [undomained]);
  assert.equal(changed({ finalizers: ['f'] }, {}, { metadataRulesOfUpdate: [] }), []);
  assert.equal(changed({ finalizers: ['f'] }, {}, { takesAnyFinalizer: true }), []);
});

test('finalizers are taken away from what is being deleted, not added', () => {
  const refused =
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.io/x", "a.io/y"}';
  const old = { deletionTimestamp: TIME, finalizers: ['a.io/f'] };
  assert.equal(changed({ ...old, finalizers: ['a.io/y', 'a.io/x'] }, old), [refused, refused]);
  assert.equal(changed({ ...old, finalizers: [] }, old), []);
});

test.run();
