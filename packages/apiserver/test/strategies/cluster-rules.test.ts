import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Rules for budgets, quotas, leases, classes, namespaces, nodes and what pods are configured with');

const object = (apiVersion: string, kind: string, fields: object, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...fields,
});
const budget = (spec: object, status: object = {}): KubeObject =>
  object('policy/v1', 'PodDisruptionBudget', { spec, status });
const quota = (spec: object): KubeObject => object('v1', 'ResourceQuota', { spec });
const range = (limit: object): KubeObject => object('v1', 'LimitRange', { spec: { limits: [limit] } });
const lease = (spec: object): KubeObject => object('coordination.k8s.io/v1', 'Lease', { spec });
const runtimeClass = (fields: object): KubeObject => object('node.k8s.io/v1', 'RuntimeClass', fields);
const priorityClass = (fields: object, name = 'x'): KubeObject =>
  object('scheduling.k8s.io/v1', 'PriorityClass', fields, name);
const namespace = (finalizers: readonly string[]): KubeObject => object('v1', 'Namespace', { spec: { finalizers } });
const node = (spec: object): KubeObject => object('v1', 'Node', { spec });

const LABEL_KEY =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const UNDOMAINED = 'name is neither a standard finalizer name nor is it fully qualified';

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'a budget counts one way, and not below none',
    budget({ minAvailable: -1, maxUnavailable: 'x', unhealthyPodEvictionPolicy: 'Never' }),
    [
      'spec: Invalid value: {"MinAvailable":-1,"Selector":null,"MaxUnavailable":"x","UnhealthyPodEvictionPolicy":"Never"}: minAvailable and maxUnavailable cannot be both set',
      'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
      "spec.maxUnavailable: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
  [
    'quotas of pods with a deadline count pods and what they compute with',
    quota({ hard: { 'limits.cpu': '1', 'requests.ephemeral-storage': '1' }, scopes: ['Terminating'] }),
    ['spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource'],
  ],
  [
    'a scope that is none suits every resource',
    quota({ hard: { configmaps: '1' }, scopes: ['Odd'] }),
    ['spec.scopes: Invalid value: ["Odd"]: unsupported scope'],
  ],
  [
    'scopes contradict each other, and are said to exist',
    quota({
      scopeSelector: {
        matchExpressions: [
          { scopeName: 'BestEffort', operator: 'In' },
          { scopeName: 'NotBestEffort', operator: 'Exists', values: ['a'] },
        ],
      },
    }),
    [
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exists\' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      'spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes',
    ],
  ],
  [
    'pods have no defaults, which are then not compared',
    range({ type: 'Pod', max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '3' } }),
    [
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      "spec.limits[0].defaultRequest: Forbidden: may not be specified when `type` is 'Pod'",
    ],
  ],
  [
    'limits of claims say how much storage, and ratios are at least one',
    range({ type: 'PersistentVolumeClaim', maxLimitRequestRatio: { storage: '500m' } }),
    [
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      'spec.limits[0].maxLimitRequestRatio[storage]: Invalid value: "500m": ratio 500m is less than 1',
    ],
  ],
  [
    'a ratio is not above that of the limits',
    range({ type: 'Pod', min: { cpu: '500m' }, max: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } }),
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
  ],
  [
    'a Lease lasts, and counts up',
    lease({ leaseDurationSeconds: 0, leaseTransitions: -1 }),
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  ['nobody is preferred without coordinated elections', lease({ strategy: 'Odd', preferredHolder: 'me' }), []],
  [
    'a RuntimeClass has a handler, and its overhead is of containers',
    runtimeClass({ handler: 'A', overhead: { podFixed: { pods: '1' } }, scheduling: { nodeSelector: { a: '-' } } }),
    [
      "handler: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'overhead.limits[pods]: Invalid value: "pods": must be a standard resource for containers',
      `scheduling.nodeSelector: Invalid value: "-": ${LABEL_VALUE}`,
    ],
  ],
  [
    'a PriorityClass preempts or not',
    priorityClass({ value: 1, preemptionPolicy: 'Maybe' }),
    ['preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"'],
  ],
  ['and says which', priorityClass({ value: 1, preemptionPolicy: '' }), ['preemptionPolicy: Required value']],
  [
    'the classes of the system are what they are',
    priorityClass({ value: 2_000_000_000, globalDefault: true }, 'system-cluster-critical'),
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: globalDefault of system-cluster-critical PriorityClass must be false",
    ],
  ],
  [
    'finalizers of a Namespace have a domain',
    namespace(['a b', 'example.com/x']),
    [`spec.finalizers: Invalid value: "a b": ${LABEL_KEY}`, `spec.finalizers: Invalid value: "a b": ${UNDOMAINED}`],
  ],
  [
    'a key of a ConfigMap stands in one place',
    object('v1', 'ConfigMap', { data: { 'a b': '', both: '' }, binaryData: { both: '', '..': '' } }),
    [
      `data[a b]: Invalid value: "a b": ${CONFIG_KEY}`,
      'data[both]: Invalid value: "both": duplicate of key present in binaryData',
      'binaryData[..]: Invalid value: "..": must not be \'..\'',
    ],
  ],
  [
    'credentials have a name or a password',
    object('v1', 'Secret', { type: 'kubernetes.io/basic-auth' }),
    ['data[username]: Required value', 'data[password]: Required value'],
  ],
  [
    'a key is not empty, a certificate may be',
    object('v1', 'Secret', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } }),
    ['data[ssh-privatekey]: Required value'],
  ],
  [
    'as long as it is there',
    object('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } }),
    [],
  ],
  [
    'the ranges of a node are of two families',
    node({ podCIDRs: ['10.0.0.0/24', '10.0.0.0/24'] }),
    [
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.0.0/24"]: may specify no more than one CIDR for each IP family',
      'spec.podCIDRs[1]: Duplicate value: "10.0.0.0/24"',
    ],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const badSelector = { matchExpressions: [{ key: 'a', operator: 'In', values: ['-'] }] };

const CHANGES: readonly (readonly [
  name: string,
  before: KubeObject,
  after: KubeObject,
  problems: readonly string[],
  subresource?: string,
])[] = [
  [
    'a selector of a budget that has been taken stays, and others like it',
    budget({ selector: badSelector }),
    budget({ selector: badSelector, minAvailable: 1 }),
    [],
  ],
  [
    'a new one has values of labels',
    budget({ selector: {} }),
    budget({ selector: badSelector }),
    [`spec.selector.matchExpressions[0].values[0]: Invalid value: "-": ${LABEL_VALUE}`],
  ],
  [
    'the status of a budget has whole conditions, each once, and counts nothing below none',
    budget({}),
    budget(
      {},
      {
        conditions: [{ type: 'A', status: 'Maybe', reason: '1', observedGeneration: -1 }, { type: 'A' }],
        currentHealthy: -1,
      },
    ),
    [
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      'status.conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
      'status.conditions[0].lastTransitionTime: Required value',
      "status.conditions[0].reason: Invalid value: \"1\": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
      'status.conditions[1].type: Duplicate value: "A"',
      'status.conditions[1].status: Unsupported value: "": supported values: "False", "True", "Unknown"',
      'status.conditions[1].lastTransitionTime: Required value',
      'status.conditions[1].reason: Required value',
      'status.currentHealthy: Invalid value: -1: must be greater than or equal to 0',
    ],
    'status',
  ],
  [
    'the scopes of a quota stay, in whichever order',
    quota({ scopes: ['BestEffort'] }),
    quota({ scopes: ['NotBestEffort'] }),
    ['spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable'],
  ],
  [
    'the handler of a RuntimeClass stays, and nothing else is looked at',
    runtimeClass({ handler: 'a' }),
    runtimeClass({ handler: 'B', scheduling: { nodeSelector: { a: '-' } } }),
    ['handler: Invalid value: "B": field is immutable'],
  ],
  [
    'what a PriorityClass does to others stays',
    priorityClass({ value: 1 }),
    priorityClass({ value: 1, preemptionPolicy: 'Never' }),
    ['preemptionPolicy: Invalid value: "Never": field is immutable'],
  ],
  ['a Namespace keeps its finalizers', namespace([]), namespace(['a']), []],
  [
    'but where they are finalized',
    namespace([]),
    namespace(['a']),
    [`spec.finalizers[0]: Invalid value: "a": ${UNDOMAINED}`],
    'finalize',
  ],
  [
    'a node keeps its identity',
    node({ providerID: 'a', externalID: 'a' }),
    node({ externalID: 'b' }),
    [
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      'spec.externalID: Forbidden: may not be updated',
    ],
  ],
  [
    'what is immutable stays so',
    object('v1', 'ConfigMap', { immutable: true, data: { a: '1' } }),
    object('v1', 'ConfigMap', { data: { a: '2' } }),
    [
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
  ],
  [
    'and a Secret stays of its type',
    object('v1', 'Secret', { type: 'a', immutable: true }),
    object('v1', 'Secret', { type: 'b', immutable: true, data: { a: '' } }),
    ['type: Invalid value: "b": field is immutable', 'data: Forbidden: field is immutable when `immutable` is set'],
  ],
];

for (const [name, before, after, problems, subresource] of CHANGES)
  test(name, () => assert.equal(changeProblems(before, after, subresource), problems));

test.run();
