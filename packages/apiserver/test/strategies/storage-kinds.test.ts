import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, pod, problemsOf } from './_problems.ts';

const test = suite('Strategies of storage');

const GROUP = 'storage.k8s.io/v1';
const object = (kind: string, fields: object, apiVersion = GROUP): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', ...(kind === 'CSIStorageCapacity' ? { namespace: 'default' } : {}) },
  ...fields,
});
const volume = (source: object): KubeObject =>
  object('PersistentVolume', { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1' }, ...source } }, 'v1');
const driver = (spec: object): KubeObject => object('CSIDriver', { spec });
const node = (fields: object): KubeObject =>
  object('CSINode', { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: [], ...fields }] } });
const attachment = (source: object, nodeName = 'n'): KubeObject =>
  object('VolumeAttachment', { spec: { attacher: 'a', source, nodeName } });
const capacity = (fields: object): KubeObject => object('CSIStorageCapacity', { storageClassName: 'c', ...fields });
const podWith = (source: object): KubeObject => pod({ volumes: [{ name: 'v', ...source }] });

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'a class does its reclaiming in one of two ways',
    object('StorageClass', { provisioner: 'P/', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' }),
    [
      'provisioner: Invalid value: "p/": name part must be non-empty',
      "provisioner: Invalid value: \"p/\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'a class of attributes says something',
    object('VolumeAttributesClass', { driverName: 'd', parameters: {} }),
    ['parameters: Required value: must contain at least one key/value pair'],
  ],
  ['a driver may say nothing', driver({}), []],
  [
    'what it says has limits',
    driver({
      fsGroupPolicy: 'Maybe',
      tokenRequests: [{ audience: 'a', expirationSeconds: 599 }, { audience: 'a' }],
      volumeLifecycleModes: ['Often'],
      nodeAllocatableUpdatePeriodSeconds: 9,
    }),
    [
      'spec.fsGroupPolicy: Unsupported value: "Maybe": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Often": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
    ],
  ],
  [
    'a driver on a node has an id, a limit and keys',
    node({ nodeID: 'n'.repeat(257), allocatable: { count: -1 }, topologyKeys: ['a', 'a'] }),
    [
      `spec.drivers[0].nodeID: Invalid value: "${'n'.repeat(257)}": must be 256 characters or less`,
      'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[0]: Duplicate value: "a"',
    ],
  ],
  ['an attachment names one volume', attachment({ persistentVolumeName: 'v' }), []],
  [
    'and not none',
    attachment({}),
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    'an inline volume is of CSI, and no more than that',
    attachment({
      inlineVolumeSpec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1' },
        storageClassName: 's',
        volumeMode: 'Block',
        nfs: { server: 's', path: '/' },
      },
    }),
    [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes',
    ],
  ],
  [
    'a capacity is not negative',
    capacity({ capacity: '-1' }),
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'an iSCSI volume has a name that initiators have',
    volume({ iscsi: { targetPortal: 'p', iqn: 'abc', lun: 256, initiatorName: 'eui.1', secretRef: {} } }),
    [
      'spec.iscsi.iqn: Invalid value: "abc": must be valid format',
      'spec.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
      'spec.iscsi.secretRef.name: Required value',
      'spec.iscsi.initiatorname: Invalid value: "eui.1": must be valid format',
    ],
  ],
  [
    'sources of old have rules too',
    volume({
      flocker: { datasetName: 'a/b', datasetUUID: 'u' },
      flexVolume: { driver: 'd', options: { 'a.kubernetes.io/x': 'y' } },
    }),
    [
      'spec.flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously',
      'spec.flocker.datasetName: Invalid value: "a/b": must not contain \'/\'',
      'spec.flexVolume.options[a.kubernetes.io/x]: Invalid value: "a.kubernetes.io/x": kubernetes.io and k8s.io namespaces are reserved',
    ],
  ],
  [
    'the URI of an Azure disk is of its kind',
    podWith({ azureDisk: { diskName: 'd', diskURI: 'u', kind: 'Managed' } }),
    [
      'spec.volumes[0].azureDisk.diskURI: Unsupported value: "u": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
    ],
  ],
  [
    'registries of Quobyte have addresses',
    podWith({ quobyte: { registry: 'a,b:1', volume: 'v' } }),
    [
      'spec.volumes[0].quobyte.registry: Invalid value: "a,b:1": must be a host:port pair or multiple pairs separated by commas',
    ],
  ],
  ['a driver needs a name', podWith({ csi: {} }), ['spec.volumes[0].csi.driver: Required value']],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const CHANGES: readonly (readonly [
  name: string,
  before: KubeObject,
  after: KubeObject,
  problems: readonly string[],
])[] = [
  [
    'a driver goes on attaching, or not',
    driver({ attachRequired: true }),
    driver({ attachRequired: false }),
    ['spec.attachedRequired: Invalid value: false: field is immutable'],
  ],
  [
    'a driver on a node may be able to attach more',
    node({ allocatable: { count: 1 } }),
    node({ allocatable: { count: 2 } }),
    [],
  ],
  [
    'but is the same driver',
    node({}),
    node({ nodeID: 'm' }),
    [
      'spec.drivers: Invalid value: {"Name":"d","NodeID":"m","TopologyKeys":null,"Allocatable":null}: field is immutable',
    ],
  ],
  [
    'an attachment stays where it is',
    attachment({ persistentVolumeName: 'v' }),
    attachment({ persistentVolumeName: 'v' }, 'm'),
    [
      'spec: Invalid value: {"Attacher":"a","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable',
    ],
  ],
  [
    'a capacity is of one class',
    capacity({}),
    capacity({ storageClassName: 'd' }),
    ['storageClassName: Invalid value: "d": field is immutable'],
  ],
];

for (const [name, before, after, problems] of CHANGES)
  test(name, () => assert.equal(changeProblems(before, after), problems));

test.run();
