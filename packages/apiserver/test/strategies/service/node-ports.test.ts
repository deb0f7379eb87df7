/** Node ports and health check node ports. */

import { seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NodePortAllocator } from '../../../src/strategies/service/node-port-allocator.ts';
import { type Answer, startServices } from './_services.ts';

const test = suite('node ports');
const TCP = { name: 'tcp', port: 53 };
const UDP = { name: 'udp', port: 53, protocol: 'UDP' };
const nodePort = (...ports: object[]): object => ({ type: 'NodePort', ports });
const numbers = ({ object }: Answer): (number | undefined)[] =>
  object.spec.ports.map((port: { nodePort?: number }) => port.nodePort);

const REFUSED = [
  {
    name: 'a number outside the range',
    spec: nodePort({ port: 80, nodePort: 8080 }),
    message:
      'spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767',
  },
  {
    name: 'a number that another Service has',
    spec: nodePort({ port: 80, nodePort: 30_001 }),
    message: 'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
  },
  {
    name: 'one number for two ports of different protocols and numbers',
    spec: nodePort(
      { name: 'a', port: 80, nodePort: 30_080 },
      { name: 'b', port: 443, protocol: 'UDP', nodePort: 30_080 },
    ),
    message: 'spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated',
  },
  {
    name: 'one number for two ports of one protocol',
    spec: nodePort({ name: 'a', port: 80, nodePort: 30_080 }, { name: 'b', port: 81, nodePort: 30_080 }),
    message: 'spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated',
  },
  {
    name: 'a number on a ClusterIP Service',
    spec: { ports: [{ port: 80, nodePort: 30_080 }] },
    message: "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  },
];

for (const { name, spec, message } of REFUSED)
  test(`${name} is refused, and takes nothing`, async () => {
    await using services = await startServices();
    await services.create('other', nodePort({ port: 80, nodePort: 30_001 }));
    const { status, object } = await services.create('web', spec);
    assert.equal([status, object.message], [422, `Service "web" is invalid: ${message}`]);
    assert.is((await services.create('next', nodePort({ port: 80, nodePort: 30_080 }))).status, 201);
  });

test('one number in two protocols shares a node port on create', async () => {
  await using services = await startServices();
  const [tcp, udp] = numbers(await services.create('web', nodePort(TCP, UDP)));
  assert.is(tcp, udp);
});

test('an explicit node port on one protocol is used for both', async () => {
  await using services = await startServices();
  assert.equal(numbers(await services.create('a', nodePort(TCP, { ...UDP, nodePort: 30_053 }))), [30_053, 30_053]);
  assert.equal(numbers(await services.create('b', nodePort({ ...TCP, nodePort: 30_054 }, UDP))), [30_054, 30_054]);
});

test('a port that comes by an update shares nothing, unless it asks for the number', async () => {
  await using services = await startServices();
  await services.create('web', nodePort(TCP));
  const added = await services.update('web', ({ spec }) => spec.ports.push({ ...UDP }));
  const [tcp, udp] = numbers(added);
  assert.ok(typeof udp === 'number' && udp !== tcp);
  const asked = await services.update('web', ({ spec }) => {
    spec.ports[1].nodePort = tcp;
  });
  assert.equal([asked.status, numbers(asked)], [200, [tcp, tcp]]);
  assert.is((await services.create('next', nodePort({ port: 1, nodePort: udp }))).status, 201);
});

test('one protocol and one number twice fails an update, and not as a mistake of the user', async () => {
  await using services = await startServices();
  const [number] = numbers(await services.create('web', nodePort(TCP)));
  const { status, object } = await services.update('web', ({ spec }) =>
    spec.ports.push({ name: 'again', port: 54, nodePort: number }),
  );
  assert.equal([status, object.message], [500, `duplicate nodePort: {TCP ${number}}`]);
});

test('node ports go with the names of their ports', async () => {
  await using services = await startServices();
  const [a, b] = numbers(await services.create('web', nodePort({ name: 'a', port: 80 }, { name: 'b', port: 81 })));
  const swapped = await services.put('web', nodePort({ name: 'b', port: 80 }, { name: 'a', port: 81 }));
  assert.equal(numbers(swapped), [b, a]);
  const renamed = numbers(await services.put('web', nodePort({ name: 'b', port: 80 }, { name: 'c', port: 81 })));
  assert.is(renamed[0], b);
  assert.ok(typeof renamed[1] === 'number' && ![a, b].includes(renamed[1]));
});

test('a number that another port of the update takes is not handed to the port of that name', async () => {
  await using services = await startServices();
  const [a] = numbers(await services.create('web', nodePort({ name: 'a', port: 80 })));
  const [other, again] = numbers(
    await services.put('web', nodePort({ name: 'b', port: 81, nodePort: a }, { name: 'a', port: 80 })),
  );
  assert.is(other, a);
  assert.ok(typeof again === 'number' && again !== a);
});

test('a port that goes frees its node port at once', async () => {
  await using services = await startServices();
  const [, b] = numbers(await services.create('web', nodePort({ name: 'a', port: 80 }, { name: 'b', port: 81 })));
  await services.update('web', ({ spec }) => spec.ports.pop());
  assert.is((await services.create('next', nodePort({ port: 80, nodePort: b }))).status, 201);
});

test('a deleted Service frees its node ports and its health check at once', async () => {
  await using services = await startServices();
  const spec = {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30_100,
    ports: [{ port: 80, nodePort: 30_101 }],
  };
  for (let round = 0; round < 2; round += 1) {
    assert.is((await services.create('web', spec)).status, 201);
    await services.remove('web');
  }
});

test('a load balancer without node ports has none until it asks, and keeps them when it no longer does', async () => {
  await using services = await startServices();
  const lb = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false };
  assert.equal(numbers(await services.create('web', { ...lb, ports: [TCP] })), [undefined]);
  const [given] = numbers(
    await services.update('web', ({ spec }) => {
      spec.allocateLoadBalancerNodePorts = true;
    }),
  );
  assert.ok(typeof given === 'number');
  const kept = await services.update('web', ({ spec }) => {
    spec.allocateLoadBalancerNodePorts = false;
  });
  assert.equal(numbers(kept), [given]);
  const released = await services.update('web', ({ spec }) => {
    spec.ports[0].nodePort = 0;
  });
  assert.equal(numbers(released), [undefined]);
  assert.equal(numbers(await services.create('other', { ...lb, ports: [{ port: 80, nodePort: given }] })), [given]);
});

test('a health check port belongs to a load balancer with a local policy', async () => {
  await using services = await startServices();
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [TCP] };
  const { object } = await services.create('web', spec);
  const held = object.spec.healthCheckNodePort;
  assert.ok(held >= 30_000 && held <= 32_767);
  const moved = await services.update('web', (service) => {
    service.spec.healthCheckNodePort = 30_099;
  });
  assert.equal([moved.status, moved.refusals], [422, ['spec.healthCheckNodePort Forbidden']]);
  const omitted = await services.put('web', spec);
  assert.is(omitted.object.spec.healthCheckNodePort, held);
  const cluster = await services.update('web', (service) => {
    service.spec.externalTrafficPolicy = 'Cluster';
  });
  assert.is(cluster.object.spec.healthCheckNodePort, undefined);
  const back = await services.update('web', (service) => {
    service.spec.externalTrafficPolicy = 'Local';
    service.spec.healthCheckNodePort = held;
  });
  assert.equal([back.status, back.object.spec.healthCheckNodePort], [200, held]);
});

test('a health check port that cannot be had fails, and not as a mistake of the user', async () => {
  await using services = await startServices();
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 5, ports: [TCP] };
  const { status, object } = await services.create('web', spec);
  assert.equal(
    [status, object.message],
    [
      500,
      'Internal error occurred: failed to allocate requested HealthCheck NodePort 5: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
  );
});

test('a health check port without a local policy is refused', async () => {
  await using services = await startServices();
  const { status, refusals } = await services.create('web', {
    type: 'LoadBalancer',
    healthCheckNodePort: 30_100,
    ports: [TCP],
  });
  assert.equal([status, refusals], [422, ['spec.healthCheckNodePort Invalid']]);
});

test('ports nobody chose come from above the static band, and from it when nothing else is left', () => {
  const allocator = new NodePortAllocator({ first: 30_000, last: 32_767 }, seededRandom('ports'));
  const upper = Array.from({ length: 2768 - 86 }, () => allocator.allocateNext());
  assert.is(Math.min(...upper), 30_086);
  const lower = Array.from({ length: 86 }, () => allocator.allocateNext());
  assert.equal([Math.min(...lower), Math.max(...lower)], [30_000, 30_085]);
  assert.throws(() => allocator.allocateNext(), /range is full/);
});

test.run();
