import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Strategies of devices');

const object = (kind: string, spec: object, status?: object): KubeObject => ({
  apiVersion: 'resource.k8s.io/v1',
  kind,
  metadata: { name: 'x', namespace: 'default' },
  spec,
  ...(status === undefined ? {} : { status }),
});
const request = (exactly: object = {}, name = 'r'): object => ({ name, exactly: { deviceClassName: 'c', ...exactly } });
const claim = (devices: object = {}, status: object = {}): KubeObject =>
  object('ResourceClaim', { devices: { requests: [request()], ...devices } }, status);
const slice = (spec: object): KubeObject =>
  object('ResourceSlice', { driver: 'd', pool: { name: 'p', resourceSliceCount: 1 }, nodeName: 'n', ...spec });
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NO_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const AT = 'spec.devices.requests[0]';

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['a claim is fine', claim(), []],
  ['so is one that asks for nothing', object('ResourceClaim', {}), []],
  [
    'a request asks one way, under its own name',
    claim({
      requests: [
        { name: 'A' },
        { ...request(), firstAvailable: [{ name: 's', deviceClassName: 'c' }] },
        { name: 'r', firstAvailable: [{ name: 's' }] },
      ],
    }),
    [
      `${AT}.name: Invalid value: "A": ${LABEL}`,
      `${AT}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`,
      'spec.devices.requests[1]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
      'spec.devices.requests[2].firstAvailable[0].deviceClassName: Required value',
      'spec.devices.requests[2]: Duplicate value: "r"',
    ],
  ],
  [
    'it asks for a number of devices, or all',
    claim({ requests: [request({ allocationMode: 'All', count: 2 }), request({ count: -1 }, 's')] }),
    [
      `${AT}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`,
      'spec.devices.requests[1].exactly.count: Invalid value: -1: must be greater than zero',
    ],
  ],
  [
    'it selects and bears',
    claim({
      requests: [
        request({
          selectors: [{}, { cel: { expression: '' } }],
          tolerations: [
            { operator: 'Exists', value: 'v' },
            { operator: 'In', effect: 'Never' },
          ],
        }),
      ],
    }),
    [
      `${AT}.exactly.selectors[0].cel: Required value`,
      `${AT}.exactly.selectors[1].cel.expression: Required value`,
      `${AT}.exactly.tolerations[0].value: Invalid value: "v": must be empty for operator \`Exists\``,
      `${AT}.exactly.tolerations[1].operator: Unsupported value: "In": supported values: "Equal", "Exists"`,
      `${AT}.exactly.tolerations[1].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"`,
    ],
  ],
  [
    'constraints and configurations are about requests of the claim',
    claim({
      constraints: [{ requests: ['r', 'other', 'a/b/c'], matchAttribute: 'plain' }, {}],
      config: [{ opaque: { driver: '' } }, {}],
    }),
    [
      `spec.devices.constraints[0].requests[1]: Invalid value: "other": ${NO_REQUEST}`,
      `spec.devices.constraints[0].requests[2]: Invalid value: "a/b/c": ${NO_REQUEST}`,
      'spec.devices.constraints[0].matchAttribute: Invalid value: "plain": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      'spec.devices.config[0].opaque.driver: Required value',
      'spec.devices.config[0].opaque.parameters: Required value',
      'spec.devices.config[1].opaque: Required value',
    ],
  ],
  [
    'a template names nothing',
    object('ResourceClaimTemplate', {
      metadata: { name: 'n', labels: { a: 'b' } },
      spec: { devices: { requests: [{ name: 'r' }] } },
    }),
    [
      'spec.metadata.name: Forbidden: cannot be set',
      'spec.spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
    ],
  ],
  [
    'a class selects, and may stand for a resource',
    object('DeviceClass', { selectors: [{}], extendedResourceName: 'cpu' }),
    [
      'spec.selectors[0].cel: Required value',
      'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
    ],
  ],
  ['a slice is fine', slice({ devices: [{ name: 'a', attributes: { model: { string: 'm' } } }] }), []],
  [
    'a slice is of a driver, a pool and one place',
    slice({ driver: '', pool: { name: '', resourceSliceCount: 0 }, allNodes: true }),
    [
      'spec.driver: Required value',
      'spec.pool.name: Required value',
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
    ],
  ],
  [
    'a device has a name, attributes of one value, and taints',
    slice({
      devices: [
        {
          name: 'A',
          attributes: { '1': {}, 'x/y': { version: '1' } },
          capacity: { memory: { value: '1', requestPolicy: {} } },
          taints: [{ key: 'k' }],
          allNodes: true,
        },
      ],
    }),
    [
      `spec.devices[0].name: Invalid value: "A": ${LABEL}`,
      "spec.devices[0].attributes[1]: Invalid value: \"1\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
      'spec.devices[0].attributes[1]: Invalid value: "": exactly one value must be specified',
      'spec.devices[0].attributes[x/y].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
      'spec.devices[0].capacity[memory].requestPolicy: Forbidden: allowMultipleAllocations must be true',
      'spec.devices[0].taints[0].effect: Required value',
      'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
    ],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

test('a claim never changes what it asks for', () => {
  const [problem = ''] = changeProblems(claim(), claim({ requests: [request({}, 'other')] }));
  assert.match(problem, /^spec: Invalid value: .*: field is immutable$/);
});

test('a claim is reserved once it has devices, which stay', () => {
  const user = { resource: 'pods', name: 'p', uid: 'u' };
  const result = { request: 'r', driver: 'd', pool: 'p', device: 'a' };
  const allocated = { allocation: { devices: { results: [result] } } };
  const problems = (before: object, after: object): string[] =>
    changeProblems(claim({}, before), claim({}, after), 'status');
  assert.equal(problems({}, { ...allocated, reservedFor: [user] }), []);
  assert.equal(problems({}, { reservedFor: [user, { ...user, name: '' }] }), [
    'status.reservedFor[1].name: Required value',
    'status.reservedFor[1]: Duplicate value: "u"',
    'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
  ]);
  assert.equal(problems({}, { allocation: { devices: { results: [{ ...result, request: 'x', pool: '' }] } } }), [
    `status.allocation.devices.results[0].request: Invalid value: "x": ${NO_REQUEST}`,
    'status.allocation.devices.results[0].pool: Required value',
  ]);
  const [moved = ''] = problems(allocated, { allocation: { devices: { results: [] } } });
  assert.match(moved, /^status\.allocation: Invalid value: .*: field is immutable$/);
});

test.run();
