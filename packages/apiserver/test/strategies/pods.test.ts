import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, pod, problemsOf, warningsOf } from './_problems.ts';

const test = suite('Pod strategy');

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

const NEW: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['a plain pod is fine', pod(), []],
  ['a container is required', pod({ containers: [] }), ['spec.containers: Required value']],
  [
    'names and images of containers are required',
    pod({ containers: [{ name: '', image: '' }] }),
    ['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value'],
  ],
  [
    'names of containers are labels and stand once',
    pod({
      containers: [
        { name: 'A', image: 'i' },
        { name: 'b', image: 'i' },
        { name: 'b', image: 'i' },
      ],
    }),
    [`spec.containers[0].name: Invalid value: "A": ${LABEL}`, 'spec.containers[2].name: Duplicate value: "b"'],
  ],
  [
    'ports have a number, a known protocol and a short name',
    pod({}, { ports: [{ containerPort: 70000, protocol: 'X', name: 'much-too-long-a-name' }, { containerPort: 0 }] }),
    [
      'spec.containers[0].ports[0].name: Invalid value: "much-too-long-a-name": must be no more than 15 characters',
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
      'spec.containers[0].ports[1].containerPort: Required value',
    ],
  ],
  [
    'a request does not exceed its limit',
    pod({}, { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'resources are known, whole where counted, and not negative',
    pod({}, { resources: { requests: { gpu: '1', memory: '-1' }, limits: { 'x.io/gpu': '1500m' } } }),
    [
      'spec.containers[0].resources.limits[x.io/gpu]: Invalid value: "1500m": must be an integer',
      'spec.containers[0].resources.requests[x.io/gpu]: Invalid value: "1500m": must be an integer',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      'spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    'mounts name a volume and have paths of their own',
    pod(
      { volumes: [{ name: 'v', emptyDir: {} }] },
      {
        volumeMounts: [
          { name: 'none', mountPath: '/a' },
          { name: 'v', mountPath: '/a', subPath: '../x' },
        ],
      },
    ),
    [
      'spec.containers[0].volumeMounts[0].name: Not found: "none"',
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
      'spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain \'..\'',
    ],
  ],
  [
    'a volume has one source',
    pod({
      volumes: [
        { name: 'v', emptyDir: {}, hostPath: { path: '/a' } },
        { name: 'w', secret: {} },
      ],
    }),
    [
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
      'spec.volumes[1].secret.secretName: Required value',
    ],
  ],
  [
    'variables take their value from one place',
    pod({}, { env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }, { name: 'B=' }] }),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
      'spec.containers[0].env[1].name: Invalid value: "B=": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
    ],
  ],
  [
    'a probe has one handler, and no negative counts',
    pod(
      {},
      {
        livenessProbe: { exec: {}, tcpSocket: { port: 1 }, successThreshold: 2 },
        readinessProbe: { periodSeconds: -1 },
      },
    ),
    [
      'spec.containers[0].livenessProbe.exec.command: Required value',
      'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      'spec.containers[0].readinessProbe: Required value: must specify a handler type',
      'spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'init containers that end are not probed',
    pod({ initContainers: [{ name: 'c', image: 'i', readinessProbe: { tcpSocket: { port: 1 } } }] }),
    [
      'spec.initContainers[0].name: Duplicate value: "c"',
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'policies are known',
    pod({ restartPolicy: 'Sometimes', dnsPolicy: 'X' }, { imagePullPolicy: 'Perhaps' }),
    [
      'spec.containers[0].imagePullPolicy: Unsupported value: "Perhaps": supported values: "Always", "IfNotPresent", "Never"',
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  [
    'affinity terms name a topology, tolerations a key',
    pod({
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } },
      tolerations: [{ operator: 'Equal', value: 'x' }],
    }),
    [
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
      "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'a gated pod has no node, and no pod begins with ephemeral containers',
    pod({
      nodeName: 'n',
      schedulingGates: [{ name: 'g' }],
      ephemeralContainers: [{ name: 'e', image: 'i' }],
    }),
    [
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
  ],
  [
    'security settings make sense',
    pod({ hostUsers: false, hostNetwork: true }, { securityContext: { runAsUser: -1, seccompProfile: { type: 'X' } } }),
    [
      'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.containers[0].securityContext.seccompProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
      'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
    ],
  ],
];

for (const [name, object, problems] of NEW) test(name, () => assert.equal(problemsOf(object), problems));

const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const COMMAND_DIFFERENCE = `@@ -5,7 +5,9 @@
   {
    "Name": "c",
    "Image": "i:1",
-   "Command": null,
+   "Command": [
+    "x"
+   ],
    "Args": null,
    "WorkingDir": "",
    "Ports": null,
`;

const CHANGES: readonly (readonly [name: string, before: KubeObject, after: KubeObject, start: readonly string[]])[] = [
  ['an image may change', pod(), pod({}, { image: 'i:2' }), []],
  ['a command may not', pod(), pod({}, { command: ['x'] }), [`spec: Forbidden: ${UPDATABLE}\n${COMMAND_DIFFERENCE}`]],
  [
    'containers are not added',
    pod(),
    pod({
      containers: [
        { name: 'c', image: 'i:1' },
        { name: 'd', image: 'i:1' },
      ],
    }),
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  ],
  [
    'a deadline comes only nearer',
    pod({ activeDeadlineSeconds: 5 }),
    pod({ activeDeadlineSeconds: 6 }),
    ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
  ],
  ['tolerations are added', pod(), pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }), []],
  [
    'and never removed',
    pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
    pod(),
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  ],
  [
    'gates are not added',
    pod({ schedulingGates: [{ name: 'a' }] }),
    pod({ schedulingGates: [{ name: 'b' }] }),
    ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
  ],
  [
    'a gated pod may narrow its nodes',
    pod({ schedulingGates: [{ name: 'a' }] }),
    pod({ nodeSelector: { a: 'b' } }),
    [],
  ],
];

for (const [name, before, after, problems] of CHANGES)
  test(name, () => assert.equal(changeProblems(before, after), problems));

test('an address of a pod is one', () => {
  assert.equal(changeProblems(pod(), { ...pod(), status: { qosClass: 'BestEffort', podIP: 'nonsense' } }, 'status'), [
    'status.podIPs[0]: Invalid value: "nonsense": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ]);
});

test('ephemeral containers come through their own path, and stay', () => {
  const debug = { name: 'debug', image: 'i', targetContainerName: 'none', ports: [{ containerPort: 1 }] };
  assert.equal(changeProblems(pod(), pod({ ephemeralContainers: [debug] }), 'ephemeralcontainers'), [
    'spec.ephemeralContainers[0].targetContainerName: Not found: "none"',
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
  ]);
  const plain = pod({ ephemeralContainers: [{ name: 'debug', image: 'i' }] });
  assert.equal(changeProblems(plain, pod(), 'ephemeralcontainers'), [
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed\n',
  ]);
});

test('writers are warned of what hides, is deprecated or stands twice', () => {
  const object = pod(
    { nodeSelector: { 'beta.kubernetes.io/os': 'linux' }, volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] },
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
      ports: [{ containerPort: 1 }, { containerPort: 1 }],
      resources: { limits: { memory: '100m' } },
    },
  );
  assert.equal(warningsOf({ ...object, metadata: { name: 'a.b' } }), [
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
    'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
  ]);
});

test.run();
