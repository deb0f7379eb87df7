/** Ordinary writes make their senders the managers of what they change. */
import type { ManagedFieldsEntry } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { managersForScale, managersFromScale } from '../../src/apply/scale-managed-fields.ts';
import { configMap, deployment, owners, START, write } from './_objects.ts';

const test = suite('updateManagedFields');

test('a create manages what it states and what its defaults add', () => {
  const created = write(undefined, deployment([{ name: 'c', image: 'i', imagePullPolicy: 'Always' }], { replicas: 0 }));
  assert.equal(created.metadata.managedFields, [
    {
      manager: 'writer',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:spec': {
          'f:progressDeadlineSeconds': {},
          'f:replicas': {},
          'f:revisionHistoryLimit': {},
          'f:selector': {},
          'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
          'f:template': {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"c"}': {
                  '.': {},
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:resources': {},
                  'f:terminationMessagePath': {},
                  'f:terminationMessagePolicy': {},
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:securityContext': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
      },
    },
  ]);
});

test('keys of lists are sorted, and default when they are absent', () => {
  const ports = [{ containerPort: 443 }, { containerPort: 80, protocol: 'UDP' }];
  const created = write(undefined, deployment([{ name: 'c', image: 'i', ports }]));
  const fields = JSON.stringify(owners(created));
  assert.match(fields, '"f:ports":{".":{},"k:{\\"containerPort\\":80,\\"protocol\\":\\"UDP\\"}":{');
  assert.match(
    fields,
    '"k:{\\"containerPort\\":443,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}}',
  );
});

test('an object without content is managed by nobody', () => {
  assert.equal(owners(write(undefined, configMap({}))), {});
});

test('finalizers are managed one by one, owners by uid', () => {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'p', uid: '1-2' }];
  const created = write(undefined, configMap({}, { finalizers: ['example.com/f'], ownerReferences }));
  assert.equal(owners(created), {
    'writer/Update': {
      'f:metadata': {
        'f:finalizers': { '.': {}, 'v:"example.com/f"': {} },
        'f:ownerReferences': { '.': {}, 'k:{"uid":"1-2"}': {} },
      },
    },
  });
});

test('an update takes the fields that it changes, and only those', () => {
  const created = write(undefined, configMap({ a: '1', b: '2' }));
  const updated = write(created, configMap({ a: '1', b: '3' }), { manager: 'other' });
  assert.equal(owners(updated), {
    'writer/Update': { 'f:data': { '.': {}, 'f:a': {} } },
    'other/Update': { 'f:data': { 'f:b': {} } },
  });
});

test('what is removed is managed by nobody', () => {
  const created = write(undefined, configMap({ a: '1', b: '2' }));
  assert.equal(owners(write(created, configMap({ a: '1' }), { manager: 'other' })), {
    'writer/Update': { 'f:data': { '.': {}, 'f:a': {} } },
  });
});

test('the time of an entry changes with its fields only', () => {
  const created = write(undefined, configMap({ a: '1' }));
  const same = write(created, configMap({ a: '1' }), { now: START + 5000 });
  assert.equal(same.metadata.managedFields, created.metadata.managedFields);
  const changed = write(created, configMap({ a: '2' }), { now: START + 5000 });
  assert.is(changed.metadata.managedFields?.[0]?.time, '2026-01-01T00:00:05Z');
});

test('an entry that does not change is shared by all revisions', () => {
  const created = write(undefined, configMap({ a: '1' }));
  const updated = write(created, configMap({ a: '1', b: '2' }), { manager: 'other' });
  const entryOf = ({ metadata }: typeof created): ManagedFieldsEntry | undefined =>
    metadata.managedFields?.find(({ manager }) => manager === 'writer');
  assert.ok(entryOf(created)?.fieldsV1);
  assert.is(entryOf(updated)?.fieldsV1, entryOf(created)?.fieldsV1);
});

test('a status write is an entry of its own and manages nothing but the status', () => {
  const created = write(undefined, deployment([{ name: 'c', image: 'i' }]));
  const next = {
    ...deployment([{ name: 'c', image: 'changed' }]),
    status: { replicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
  };
  const updated = write(created, next, { manager: 'controller', subresource: 'status' });
  const entry = updated.metadata.managedFields?.find(({ manager }) => manager === 'controller');
  assert.is(entry?.subresource, 'status');
  assert.equal(entry?.fieldsV1, {
    'f:status': {
      'f:conditions': {
        '.': {},
        'k:{"type":"Available"}': {
          '.': {},
          'f:lastTransitionTime': {},
          'f:lastUpdateTime': {},
          'f:status': {},
          'f:type': {},
        },
      },
      'f:replicas': {},
    },
  });
});

test('the main resource does not manage the status', () => {
  const created = write(undefined, { ...deployment([{ name: 'c', image: 'i' }]), status: { replicas: 5 } });
  assert.not.match(JSON.stringify(owners(created)), 'f:status');
});

test('an empty list of managers resets them', () => {
  const created = write(undefined, configMap({ a: '1' }));
  assert.equal(owners(write(created, configMap({ a: '2' }, { managedFields: [] }))), {});
  assert.equal(owners(write(created, configMap({ a: '2' }, { managedFields: [{}] }))), {});
});

test('an object that nobody manages stays unmanaged', () => {
  const unmanaged = write(write(undefined, configMap({ a: '1' })), configMap({ a: '1' }, { managedFields: [] }));
  assert.equal(owners(write(unmanaged, configMap({ a: '2' }))), {});
});

test('managers that are sent back count, broken ones do not', () => {
  const created = write(undefined, configMap({ a: '1' }));
  const entry = {
    manager: 'sent',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
  };
  assert.equal(owners(write(created, configMap({ a: '1' }, { managedFields: [entry] }))), {
    'sent/Update': { 'f:data': { 'f:a': {} } },
  });
  const broken = { ...entry, operation: 'Frob' };
  assert.equal(owners(write(created, configMap({ a: '1' }, { managedFields: [broken] }))), owners(created));
});

test('the oldest of more than ten updaters are folded into one', () => {
  let live = write(undefined, configMap({ k0: '0' }), { manager: 'm0' });
  const data: Record<string, string> = { k0: '0' };
  for (let index = 1; index <= 12; index += 1) {
    data[`k${index}`] = '0';
    live = write(live, configMap({ ...data }), { manager: `m${index}`, now: START + index * 1000 });
  }
  const names = Object.keys(owners(live));
  assert.is(names.length, 10);
  assert.is(names[0], 'ancient-changes/Update');
  assert.equal(owners(live)['ancient-changes/Update'], {
    'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} },
  });
});

test('managers of a version that is not served any more are forgotten', () => {
  const created = write(undefined, configMap({ a: '1' }));
  const old = {
    manager: 'old',
    operation: 'Update',
    apiVersion: 'gone/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': {} },
  };
  const managedFields = [...(created.metadata.managedFields ?? []), old];
  assert.equal(Object.keys(owners(write(created, configMap({ a: '1' }, { managedFields })))), ['writer/Update']);
});

test('replicas are managed through the scale and back', () => {
  const created = write(undefined, deployment([{ name: 'c', image: 'i' }], { replicas: 1 }));
  const scale = managersForScale(created.metadata.managedFields, ['spec', 'replicas']);
  assert.equal(
    scale.map(({ apiVersion, fieldsV1 }) => [apiVersion, fieldsV1]),
    [['autoscaling/v1', { 'f:spec': { 'f:replicas': {} } }]],
  );
  const hpa: ManagedFieldsEntry = {
    manager: 'hpa',
    operation: 'Update',
    apiVersion: 'autoscaling/v1',
    subresource: 'scale',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  };
  const back = managersFromScale(created.metadata.managedFields, [hpa], {
    apiVersion: 'apps/v1',
    path: ['spec', 'replicas'],
  });
  assert.equal(
    back.map(({ manager, apiVersion, subresource }) => [manager, apiVersion, subresource]),
    [
      ['hpa', 'apps/v1', 'scale'],
      ['writer', 'apps/v1', undefined],
    ],
  );
  assert.not.match(JSON.stringify(back[1]?.fieldsV1), 'f:replicas');
});

test.run();
