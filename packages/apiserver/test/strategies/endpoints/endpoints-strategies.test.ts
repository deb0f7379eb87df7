import type { FieldError, KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StrategyContext } from '../../../src/registry/strategy.ts';
import { endpointSliceStrategy } from '../../../src/strategies/endpoints/endpoint-slice-strategy.ts';
import { endpointsStrategy } from '../../../src/strategies/endpoints/endpoints-strategy.ts';

const test = suite('Endpoints and EndpointSlice strategies');
const context = {} as StrategyContext;

const short = (errors: readonly FieldError[] | undefined): string[] =>
  (errors ?? []).map(({ field, body }) => `${field}: ${body}`);

const endpointsWith = (subset: object): KubeObject => ({ metadata: { name: 'web' }, subsets: [subset] });
const onPort = (addresses: object[], port: object = { port: 80, protocol: 'TCP' }): KubeObject =>
  endpointsWith({ addresses, ports: [port] });

const ENDPOINTS: { name: string; endpoints: KubeObject; errors: string[] }[] = [
  { name: 'an address with a port is fine', endpoints: onPort([{ ip: '10.0.0.1' }]), errors: [] },
  {
    name: 'a subset needs an address',
    endpoints: endpointsWith({ ports: [] }),
    errors: ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  },
  {
    name: 'loopback is refused',
    endpoints: onPort([{ ip: '127.0.0.1' }, { ip: '::1' }]),
    errors: [
      'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'subsets[0].addresses[1].ip: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  },
  {
    name: 'link-local and unspecified addresses are refused',
    endpoints: onPort([{ ip: '169.254.1.1' }, { ip: '::' }, { ip: 'fe80::1' }, { ip: 'ff02::1' }]),
    errors: [
      'subsets[0].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      'subsets[0].addresses[1].ip: Invalid value: "::": may not be unspecified (::)',
      'subsets[0].addresses[2].ip: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      'subsets[0].addresses[3].ip: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    ],
  },
  {
    name: 'an empty node name is refused',
    endpoints: onPort([{ ip: '10.0.0.1', nodeName: '' }]),
    errors: [
      `subsets[0].addresses[0].nodeName: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  },
  {
    name: 'of several ports each needs a name',
    endpoints: endpointsWith({
      addresses: [{ ip: 'x' }],
      ports: [
        { port: 0, protocol: 'TCP' },
        { port: 1, protocol: 'tcp' },
      ],
    }),
    errors: [
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
      'subsets[0].ports[0].name: Required value',
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'subsets[0].ports[1].name: Required value',
      'subsets[0].ports[1].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
    ],
  },
];

for (const { name, endpoints, errors } of ENDPOINTS) {
  test(`Endpoints: ${name}`, () => {
    assert.equal(short(endpointsStrategy.validate?.(endpoints, context)), errors);
  });
}

test('Endpoints: what has not changed is not questioned again', () => {
  const old = onPort([{ ip: '127.0.0.1' }]);
  const next = { ...structuredClone(old), metadata: { name: 'web', labels: { a: 'b' } } };
  assert.equal(short(endpointsStrategy.validateUpdate?.(next, old, context)), []);
});

test('Endpoints: one change, and all is looked at', () => {
  const old = onPort([{ ip: '127.0.0.1' }]);
  assert.is(
    endpointsStrategy.validateUpdate?.(onPort([{ ip: '127.0.0.1' }, { ip: '10.0.0.1' }]), old, context).length,
    1,
  );
});

const sliceWith = (fields: object): KubeObject => ({
  metadata: { name: 'web-x' },
  addressType: 'IPv4',
  endpoints: [],
  ports: [],
  ...fields,
});

const SLICES: { name: string; slice: KubeObject; errors: string[] }[] = [
  { name: 'null lists are fine', slice: sliceWith({ endpoints: null, ports: null }), errors: [] },
  {
    name: 'an unknown address type and an endpoint without address',
    slice: sliceWith({ addressType: 'Nope', endpoints: [{ addresses: [] }] }),
    errors: [
      'addressType: Unsupported value: "Nope": supported values: "FQDN", "IPv4", "IPv6"',
      'endpoints[0].addresses: Required value: must contain at least 1 address',
    ],
  },
  {
    name: 'an address of the other family',
    slice: sliceWith({ endpoints: [{ addresses: ['fd00::1'] }] }),
    errors: ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address'],
  },
  {
    name: 'text that is no address, and one that leads nowhere',
    slice: sliceWith({ endpoints: [{ addresses: ['x', '010.0.0.1', '127.0.0.1'], hostname: '' }] }),
    errors: [
      'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'endpoints[0].addresses[1]: Invalid value: "010.0.0.1": must not have leading 0s',
      'endpoints[0].addresses[2]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      "endpoints[0].hostname: Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  },
  {
    name: 'more than a hundred addresses are read all the same',
    slice: sliceWith({ endpoints: [{ addresses: [...Array(100).fill('10.0.0.1'), '::1'] }] }),
    errors: [
      'endpoints[0].addresses: Too many: 101: must have at most 100 items',
      'endpoints[0].addresses[100]: Invalid value: "::1": must be an IPv4 address',
      'endpoints[0].addresses[100]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  },
  {
    name: 'a port of any number',
    slice: sliceWith({ ports: [{ port: 70_000, protocol: 'TCP' }] }),
    errors: [],
  },
  {
    name: 'a hint given twice, and one that is no zone',
    slice: sliceWith({
      endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }], forNodes: [{}] } }],
    }),
    errors: [
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
      `endpoints[0].hints.forNodes[0].name: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  },
  {
    name: 'more than a thousand endpoints',
    slice: sliceWith({ endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) }),
    errors: ['endpoints: Too many: 1001: must have at most 1000 items'],
  },
  {
    name: 'a domain with one segment',
    slice: sliceWith({ addressType: 'FQDN', endpoints: [{ addresses: ['localhost'] }] }),
    errors: [
      'endpoints[0].addresses[0]: Invalid value: "localhost": should be a domain with at least two segments separated by dots',
    ],
  },
  {
    name: 'two ports of one name',
    slice: sliceWith({
      ports: [
        { name: 'a', port: 1, protocol: 'TCP' },
        { name: 'a', port: 2, protocol: 'TCP' },
      ],
    }),
    errors: ['ports[1].name: Duplicate value: "a"'],
  },
  {
    name: 'nine zones in a hint',
    slice: sliceWith({
      endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [...'abcdefghi'].map((name) => ({ name })) } }],
    }),
    errors: ['endpoints[0].hints.forZones: Too many: 9: must have at most 8 items'],
  },
];

for (const { name, slice, errors } of SLICES) {
  test(`EndpointSlice: ${name}`, () => {
    assert.equal(short(endpointSliceStrategy.validate?.(slice, context)), errors);
  });
}

test('EndpointSlice: the address type does not change', () => {
  const errors = endpointSliceStrategy.validateUpdate?.(sliceWith({ addressType: 'IPv6' }), sliceWith({}), context);
  assert.equal(short(errors), ['addressType: Invalid value: "IPv6": field is immutable']);
});

test('EndpointSlice: endpoints that stay are not questioned again, ports are', () => {
  const old = sliceWith({ endpoints: [{ addresses: ['127.0.0.1'] }] });
  const next = { ...structuredClone(old), ports: [{ protocol: 'X' }] };
  assert.equal(short(endpointSliceStrategy.validateUpdate?.(next, old, context)), [
    'ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
  ]);
});

test('EndpointSlice: what v1 only tells is not taken', () => {
  const slice = sliceWith({ endpoints: [{ addresses: ['10.0.0.1'], deprecatedTopology: { a: 'b' } }] });
  endpointSliceStrategy.prepareForCreate?.(slice, context);
  assert.equal(slice.endpoints, [{ addresses: ['10.0.0.1'] }]);
});

test('EndpointSlice: domain names are deprecated', () => {
  const warnings = endpointSliceStrategy.warnings?.(sliceWith({ addressType: 'FQDN' }), undefined);
  assert.equal(warnings, ['spec.addressType: FQDN endpoints are deprecated']);
});

test.run();
