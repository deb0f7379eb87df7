/** Each kind's row: what it is and the cells that kubectl must show for it. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cell } from '../../src/printers/row-printer.ts';
import { tableFor } from '../../src/printers/table.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const test = suite('table rows');

const resourceOf = (apiVersion: string, kind: string): Resource => {
  const found = resourceTable().find(
    (row) => row.kind === kind && (row.group === '' ? row.version : `${row.group}/${row.version}`) === apiVersion,
  );
  if (found === undefined) throw new Error(`no resource ${apiVersion} ${kind}`);
  return found;
};

type Fields = Omit<Partial<KubeObject>, 'metadata'> & { metadata?: KubeObject['metadata'] };

interface Row {
  name: string;
  kind: string;
  apiVersion?: string;
  object: Fields;
  cells: Cell[];
}

const containers = [
  { name: 'a', image: 'a:1' },
  { name: 'b', image: 'b:2' },
];
const template = { spec: { containers } };
const selector = { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }] };

const ROWS: Row[] = [
  {
    name: 'a config map counts text and binary keys',
    kind: 'ConfigMap',
    object: { data: { a: '1', b: '2' }, binaryData: { c: 'AA==' } },
    cells: ['x', 3, '60m'],
  },
  { name: 'an empty secret has no keys', kind: 'Secret', object: { type: 'Opaque' }, cells: ['x', 'Opaque', 0, '60m'] },
  {
    name: 'a namespace shows its phase',
    kind: 'Namespace',
    object: { status: { phase: 'Active' } },
    cells: ['x', 'Active', '60m'],
  },
  {
    name: 'an object without creation time has an unknown age',
    kind: 'ServiceAccount',
    object: { metadata: { name: 'y', creationTimestamp: null } },
    cells: ['y', '<unknown>'],
  },
  {
    name: 'a node port shows beside its port',
    kind: 'Service',
    object: {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        ports: [
          { port: 80, nodePort: 30321, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    },
    cells: ['x', 'NodePort', '10.96.0.9', '<none>', '80:30321/TCP,53/UDP', '60m', '<none>'],
  },
  {
    name: 'an external name stands where the external address does',
    kind: 'Service',
    object: { spec: { type: 'ExternalName', externalName: 'x.example.com' } },
    cells: ['x', 'ExternalName', '<none>', 'x.example.com', '<none>', '60m', '<none>'],
  },
  {
    name: 'a load balancer without address is pending',
    kind: 'Service',
    object: {
      spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.9'], selector: { b: '2', a: '1' } },
      status: { loadBalancer: {} },
    },
    cells: ['x', 'LoadBalancer', '10.96.0.9', '<pending>', '<none>', '60m', 'a=1,b=2'],
  },
  {
    name: 'a load balancer shows its addresses before the external ones',
    kind: 'Service',
    object: {
      spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] },
      status: { loadBalancer: { ingress: [{ hostname: 'lb' }, { ip: '9.9.9.9' }, { ip: '9.9.9.9' }] } },
    },
    cells: ['x', 'LoadBalancer', '<none>', '9.9.9.9,lb,1.1.1.1', '<none>', '60m', '<none>'],
  },
  {
    name: 'endpoints count every address with every port, and show three',
    kind: 'Endpoints',
    object: {
      subsets: [
        {
          addresses: ['10.3.0.1', '10.3.0.2', '10.3.0.3', '10.3.0.4'].map((ip) => ({ ip })),
          ports: [
            { name: 'x', port: 80 },
            { name: 'y', port: 81 },
          ],
        },
      ],
    },
    cells: ['x', '10.3.0.1:80,10.3.0.2:80,10.3.0.3:80 + 5 more...', '60m'],
  },
  {
    name: 'an IPv6 endpoint stands in brackets, one without port alone',
    kind: 'Endpoints',
    object: {
      subsets: [{ addresses: [{ ip: 'fd00::1' }], ports: [{ port: 80 }] }, { addresses: [{ ip: '10.0.0.1' }] }],
    },
    cells: ['x', '[fd00::1]:80,10.0.0.1', '60m'],
  },
  { name: 'endpoints without subsets are none', kind: 'Endpoints', object: {}, cells: ['x', '<none>', '60m'] },
  {
    name: 'a slice shows three addresses of four',
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    object: {
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.3.0.1'] },
        { addresses: ['10.3.0.2'] },
        { addresses: ['10.3.0.3'] },
        { addresses: ['10.3.0.4'] },
      ],
      ports: [{ name: 'x', port: 80 }, { name: 'y' }, {}],
    },
    cells: ['x', 'IPv4', '80,y,*', '10.3.0.1,10.3.0.2,10.3.0.3 + 1 more...', '60m'],
  },
  {
    name: 'an empty slice has neither set',
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    object: { addressType: 'IPv6', endpoints: [] },
    cells: ['x', 'IPv6', '<unset>', '<unset>', '60m'],
  },
  {
    name: 'a cordoned node says so beside being ready',
    kind: 'Node',
    object: {
      metadata: {
        name: 'n',
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '192.168.0.9' }],
        nodeInfo: {
          kubeletVersion: 'v1.36.0',
          osImage: 'TankOS',
          kernelVersion: '6',
          containerRuntimeVersion: 'js://1',
        },
      },
    },
    cells: [
      'n',
      'Ready,SchedulingDisabled',
      'edge,worker',
      '60m',
      'v1.36.0',
      '192.168.0.9',
      '<none>',
      'TankOS',
      '6',
      'js://1',
    ],
  },
  {
    name: 'a node that never reported is unknown',
    kind: 'Node',
    object: { spec: {} },
    cells: ['x', 'Unknown', '<none>', '60m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  },
  {
    name: 'a deployment shows its selector in full',
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    object: { spec: { replicas: 3, selector, template }, status: { readyReplicas: 1, updatedReplicas: 2 } },
    cells: ['x', '1/3', 2, 0, '60m', 'a,b', 'a:1,b:2', 'app=x,tier in (a,b)'],
  },
  {
    name: 'a replica set counts what it wants and has',
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    object: { spec: { replicas: 2, selector: {}, template }, status: { replicas: 2, readyReplicas: 1 } },
    cells: ['x', 2, 2, 1, '60m', 'a,b', 'a:1,b:2', '<none>'],
  },
  {
    name: 'a stateful set has no selector column',
    kind: 'StatefulSet',
    apiVersion: 'apps/v1',
    object: { spec: { replicas: 0, template } },
    cells: ['x', '0/0', '60m', 'a,b', 'a:1,b:2'],
  },
  {
    name: 'a daemon set shows the nodes it wants',
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    object: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { spec: { containers: [], nodeSelector: { disk: 'ssd' } } },
      },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    cells: ['x', 5, 4, 3, 2, 1, 'disk=ssd', '60m', '', '', 'a=b'],
  },
  {
    name: 'a replication controller has a plain selector',
    kind: 'ReplicationController',
    object: { spec: { replicas: 1, selector: { a: 'b' } }, status: { replicas: 1 } },
    cells: ['x', 1, 1, 0, '60m', '', '', 'a=b'],
  },
  {
    name: 'a controller revision names its controller with the group',
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    object: {
      metadata: {
        name: 'r',
        creationTimestamp: '2026-01-01T00:00:00Z',
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true }],
      },
      revision: 4,
    },
    cells: ['r', 'statefulset.apps/web', 4, '60m'],
  },
  {
    name: 'a running job counts from its start',
    kind: 'Job',
    apiVersion: 'batch/v1',
    object: {
      spec: { completions: 3, parallelism: 1, template, selector: { matchLabels: { a: 'b' } } },
      status: { succeeded: 1, startTime: '2026-01-01T00:59:00Z' },
    },
    cells: ['x', 'Running', '1/3', '60s', '60m', 'a,b', 'a:1,b:2', 'a=b'],
  },
  {
    name: 'a finished job lasts from start to completion',
    kind: 'Job',
    apiVersion: 'batch/v1',
    object: {
      spec: { parallelism: 2 },
      status: {
        succeeded: 1,
        startTime: '2026-01-01T00:10:00Z',
        completionTime: '2026-01-01T00:15:05Z',
        conditions: [
          { type: 'SuccessCriteriaMet', status: 'True' },
          { type: 'Complete', status: 'True' },
        ],
      },
    },
    cells: ['x', 'Complete', '1/1 of 2', '5m5s', '60m', '', '', '<none>'],
  },
  {
    name: 'a deleted job that is suspended is terminating',
    kind: 'Job',
    apiVersion: 'batch/v1',
    object: {
      metadata: { name: 'j', creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-01T00:01:00Z' },
      status: { conditions: [{ type: 'Suspended', status: 'True' }] },
    },
    cells: ['j', 'Terminating', '0/1', '', '60m', '', '', '<none>'],
  },
  {
    name: 'a cron job that never ran has no last schedule',
    kind: 'CronJob',
    apiVersion: 'batch/v1',
    object: {
      spec: { schedule: '* * * * *', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}] },
    },
    cells: ['x', '* * * * *', '<none>', 'False', 1, '<none>', '60m', 'a,b', 'a:1,b:2', '<none>'],
  },
  {
    name: 'an ingress with TLS opens both ports and shows three hosts',
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    object: {
      spec: { ingressClassName: 'nginx', tls: [{}], rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })) },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    },
    cells: ['x', 'nginx', 'a,b,c + 1 more...', '1.2.3.4', '80, 443', '60m'],
  },
  {
    name: 'an ingress without hosts takes them all',
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    object: { spec: { rules: [{}] } },
    cells: ['x', '<none>', '*', '', '80', '60m'],
  },
  {
    name: 'an ingress class names its parameters',
    kind: 'IngressClass',
    apiVersion: 'networking.k8s.io/v1',
    object: { spec: { controller: 'c', parameters: { apiGroup: 'g', kind: 'K', name: 'p' } } },
    cells: ['x', 'c', 'K.g/p', '60m'],
  },
  {
    name: 'a policy for every pod has no selector',
    kind: 'NetworkPolicy',
    apiVersion: 'networking.k8s.io/v1',
    object: { spec: { podSelector: {} } },
    cells: ['x', '<none>', '60m'],
  },
  {
    name: 'an address names the service it belongs to',
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    object: { spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'kubernetes' } } },
    cells: ['x', 'services/default/kubernetes', '60m'],
  },
  {
    name: 'a bound volume shows its claim',
    kind: 'PersistentVolume',
    object: {
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'ns', name: 'c' },
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    cells: ['x', '1Gi', 'RWO,RWX', 'Retain', 'Bound', 'ns/c', 'fast', '<unset>', '', '60m', 'Filesystem'],
  },
  {
    name: 'a pending claim shows neither capacity nor modes',
    kind: 'PersistentVolumeClaim',
    object: {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', volumeMode: 'Block' },
      status: { phase: 'Pending' },
    },
    cells: ['x', 'Pending', '', '', '', 'fast', '<unset>', '60m', 'Block'],
  },
  {
    name: 'a quota shows requests and limits apart',
    kind: 'ResourceQuota',
    object: { status: { hard: { pods: '10', 'limits.cpu': '2000m', 'count/jobs.batch': '1' }, used: { pods: '1' } } },
    cells: ['x', 'count/jobs.batch: 0/1, pods: 1/10', 'limits.cpu: 0/2', '60m'],
  },
  {
    name: 'the default storage class is marked',
    kind: 'StorageClass',
    apiVersion: 'storage.k8s.io/v1',
    object: {
      metadata: {
        name: 's',
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'p',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    cells: ['s (default)', 'p', 'Delete', 'WaitForFirstConsumer', false, '60m'],
  },
  {
    name: 'a budget without minimum says so',
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    object: { spec: { maxUnavailable: '50%' }, status: { disruptionsAllowed: 1 } },
    cells: ['x', 'N/A', '50%', 1, '60m'],
  },
  {
    name: 'a role binding sorts its subjects by kind',
    kind: 'RoleBinding',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    object: {
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [
        { kind: 'User', name: 'jane' },
        { kind: 'ServiceAccount', namespace: 'ns', name: 'sa' },
        { kind: 'Group', name: 'g1' },
        { kind: 'Group', name: 'g2' },
      ],
    },
    cells: ['x', 'ClusterRole/view', '60m', 'jane', 'g1, g2', 'ns/sa'],
  },
  {
    name: 'a role has no printer: name and creation time',
    kind: 'Role',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    object: {},
    cells: ['x', '2026-01-01T00:00:00Z'],
  },
  {
    name: 'an issued signing request was approved before',
    kind: 'CertificateSigningRequest',
    apiVersion: 'certificates.k8s.io/v1',
    object: {
      spec: { signerName: 's', username: 'jane', expirationSeconds: 3600 },
      status: { conditions: [{ type: 'Approved' }], certificate: 'AA==' },
    },
    cells: ['x', '60m', 's', 'jane', '60m', 'Approved,Issued'],
  },
  {
    name: 'a policy binding names its parameter in any namespace',
    kind: 'ValidatingAdmissionPolicyBinding',
    apiVersion: 'admissionregistration.k8s.io/v1',
    object: { spec: { policyName: 'p', paramRef: { name: 'n' } } },
    cells: ['x', 'p', '*/n', '60m'],
  },
  {
    name: 'a policy binding may select its parameters',
    kind: 'ValidatingAdmissionPolicyBinding',
    apiVersion: 'admissionregistration.k8s.io/v1',
    object: { spec: { policyName: 'p', paramRef: { selector: { matchLabels: { a: 'b' } } } } },
    cells: [
      'x',
      'p',
      '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
      '60m',
    ],
  },
  {
    name: 'a local API service needs no service',
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    object: { status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] } },
    cells: ['x', 'Local', 'True', '60m'],
  },
  {
    name: 'an API service that fails says why',
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    object: {
      spec: { service: { namespace: 'ns', name: 's' } },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
    },
    cells: ['x', 'ns/s', 'False (MissingEndpoints)', '60m'],
  },
  {
    name: 'an exempt priority level limits nothing',
    kind: 'PriorityLevelConfiguration',
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    object: { spec: { type: 'Exempt' } },
    cells: ['x', 'Exempt', '<none>', '<none>', '<none>', '<none>', '60m'],
  },
  {
    name: 'an event of the core group counts its series',
    kind: 'Event',
    object: {
      type: 'Normal',
      reason: 'Pulled',
      message: ' done \n',
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: '2026-01-01T00:50:00Z',
      lastTimestamp: '2026-01-01T00:59:30Z',
      count: 4,
    },
    cells: ['30s', 'Normal', 'Pulled', 'pod/p', 'spec.containers{a}', 'kubelet, n1', 'done', '10m', 4, 'x'],
  },
  {
    name: 'an event of events.k8s.io shows the same cells',
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    object: {
      apiVersion: 'events.k8s.io/v1',
      type: 'Warning',
      reason: 'R',
      note: 'n',
      regarding: { kind: 'Node' },
      eventTime: '2026-01-01T00:50:00.000000Z',
      reportingController: 'c',
      reportingInstance: 'i',
    },
    cells: ['10m', 'Warning', 'R', 'node', '', 'c, i', 'n', '10m', 1, 'x'],
  },
  {
    name: 'an autoscaler shows two of its targets',
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    object: {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
          {
            type: 'External',
            external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '30' } },
          },
          { type: 'Pods', pods: { metric: { name: 'q' }, target: { averageValue: '30' } } },
        ],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 20 } } }],
      },
    },
    cells: ['x', 'Deployment/d', 'cpu: 20%/80%, <unknown>/30 (avg) + 1 more...', '1', 5, 2, '60m'],
  },
  {
    name: 'an autoscaler of v1 shows what its annotations hold',
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    object: {
      apiVersion: 'autoscaling/v1',
      metadata: {
        name: 'h',
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations: {
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
        },
      },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 5, targetCPUUtilizationPercentage: 50 },
      status: { currentReplicas: 1, currentCPUUtilizationPercentage: 10 },
    },
    cells: ['h', 'Deployment/d', 'memory: <nil>/1Gi, cpu: <unknown>/50%', '<unset>', 5, 1, '60m'],
  },
  {
    name: 'a priority class shows its policy last',
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    object: { value: 1000, globalDefault: true, preemptionPolicy: 'Never' },
    cells: ['x', 1000, true, '60m', 'Never'],
  },
];

for (const { name, kind, apiVersion = 'v1', object, cells } of ROWS) {
  test(name, () => {
    const metadata = { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' };
    const table = tableFor({
      resource: resourceOf(apiVersion, kind),
      objects: [{ metadata, ...object }],
      metadata: {},
      now: NOW,
    });
    assert.equal(table.rows[0]?.cells, cells);
  });
}

test('every kind with columns of its own has a printer that fills all of them', () => {
  for (const resource of resourceTable()) {
    if (resource.columns.length === 0 || resource.kind === 'IPAddress') continue;
    const bare = { metadata: { name: 'x' }, spec: { containers: [] } };
    const { columnDefinitions, rows } = tableFor({ resource, objects: [bare], metadata: {}, now: NOW });
    assert.is(rows[0]?.cells.length, columnDefinitions?.length, `${resource.group}/${resource.kind}`);
    assert.is(columnDefinitions?.length, resource.columns.length, `${resource.group}/${resource.kind}`);
  }
});

test('flow schemas stand in the order in which they are tried', () => {
  const resource = resourceOf('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema');
  const schema = (name: string, matchingPrecedence: number): KubeObject => ({
    metadata: { name },
    spec: { matchingPrecedence, priorityLevelConfiguration: { name: 'p' } },
  });
  const objects = [schema('late', 900), schema('b', 100), schema('a', 100)];
  const names = tableFor({ resource, objects, metadata: {}, now: NOW }).rows.map(({ cells }) => cells[0]);
  assert.equal(names, ['a', 'b', 'late']);
});

test.run();
