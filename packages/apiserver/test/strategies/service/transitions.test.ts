/** Services that change. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, DUAL_STACK, PORT, type Services, startServices } from './_services.ts';

const test = suite('changes of a Service');
const ports = [PORT];
const EXTERNAL = { type: 'ExternalName', externalName: 'example.com' };
const STATUS = '/api/v1/namespaces/default/services/web/status';

/** Whether an address of the family or a port can be had by somebody else. */
const isFree = async (services: Services, spec: object): Promise<boolean> =>
  (await services.create('probe', spec, { query: '' })).status === 201 &&
  (await services.remove('probe')).status === 200;

test('ClusterIP to NodePort keeps the address and takes node ports', async () => {
  await using services = await startServices();
  const { object: before } = await services.create('web', { ports });
  const { object } = await services.update('web', ({ spec }) => {
    spec.type = 'NodePort';
  });
  assert.is(object.spec.clusterIP, before.spec.clusterIP);
  assert.ok(object.spec.ports[0].nodePort >= 30_000);
  assert.is(object.spec.externalTrafficPolicy, 'Cluster');
});

test('NodePort to ClusterIP wipes what is sent back as it was', async () => {
  await using services = await startServices();
  const { object: before } = await services.create('web', { type: 'NodePort', ports });
  const { status, object } = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
  });
  assert.is(status, 200);
  assert.equal([object.spec.ports[0].nodePort, object.spec.externalTrafficPolicy], [undefined, undefined]);
  const { nodePort } = before.spec.ports[0];
  assert.ok(await isFree(services, { type: 'NodePort', ports: [{ port: 1, nodePort }] }));
});

test('NodePort to ClusterIP wipes the node ports that are left when a port goes along', async () => {
  await using services = await startServices();
  await services.create('web', {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ],
  });
  const { status, object, messages } = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
    spec.ports.pop();
  });
  assert.is(status, 200, messages.join());
  assert.is(object.spec.ports[0].nodePort, undefined);
});

test('NodePort to ClusterIP with another node port is refused', async () => {
  await using services = await startServices();
  await services.create('web', { type: 'NodePort', ports });
  const { status, refusals } = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
    spec.ports[0].nodePort = 30_050;
  });
  assert.equal([status, refusals], [422, ['spec.ports[0].nodePort Forbidden']]);
});

test('LoadBalancer to NodePort keeps node ports and loses what only load balancers have', async () => {
  await using services = await startServices();
  const { object: before } = await services.create('web', {
    type: 'LoadBalancer',
    loadBalancerClass: 'example.com/lb',
    ports,
  });
  await services.ask(
    'PATCH',
    STATUS,
    { status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } },
    'application/merge-patch+json',
  );
  const { status, object } = await services.update('web', ({ spec }) => {
    spec.type = 'NodePort';
  });
  assert.is(status, 200);
  assert.is(object.spec.ports[0].nodePort, before.spec.ports[0].nodePort);
  assert.equal(
    [object.spec.allocateLoadBalancerNodePorts, object.spec.loadBalancerClass, object.status.loadBalancer],
    [undefined, undefined, {}],
  );
});

test('LoadBalancer with source ranges becomes another type only without them', async () => {
  await using services = await startServices();
  await services.create('web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8'], ports });
  const refused = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
  });
  assert.equal([refused.status, refused.refusals], [422, ['spec.LoadBalancerSourceRanges Forbidden']]);
  const { status } = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
    delete spec.loadBalancerSourceRanges;
  });
  assert.is(status, 200);
});

interface ToExternalName {
  readonly name: string;
  readonly change: (spec: Record<string, unknown>) => void;
}

const TO_EXTERNAL_NAME: readonly ToExternalName[] = [
  { name: 'sending everything back', change: () => {} },
  {
    name: 'sending the address back and not the list',
    change: (spec) => {
      delete spec.clusterIPs;
    },
  },
  {
    name: 'clearing the address and the list',
    change: (spec) => {
      spec.clusterIP = '';
      delete spec.clusterIPs;
    },
  },
  {
    name: 'clearing the address only',
    change: (spec) => {
      spec.clusterIP = '';
    },
  },
  {
    name: 'leaving everything out',
    change: (spec) => {
      for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
        delete spec[field];
    },
  },
];

for (const { name, change } of TO_EXTERNAL_NAME)
  test(`NodePort to ExternalName, ${name}, gives addresses and ports back`, async () => {
    await using services = await startServices(DUAL_STACK);
    const { object: before } = await services.create('web', {
      type: 'NodePort',
      ipFamilyPolicy: 'RequireDualStack',
      ports,
    });
    const { status, object, messages } = await services.update('web', ({ spec }) => {
      Object.assign(spec, EXTERNAL);
      change(spec);
    });
    assert.is(status, 200, messages.join());
    assert.equal(object.spec, {
      ...EXTERNAL,
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
      sessionAffinity: 'None',
    });
    for (const clusterIP of before.spec.clusterIPs) assert.ok(await isFree(services, { clusterIP, ports }));
    const { nodePort } = before.spec.ports[0];
    assert.ok(await isFree(services, { type: 'NodePort', ports: [{ port: 1, nodePort }] }));
  });

test('ClusterIP to ExternalName with another address is refused', async () => {
  await using services = await startServices();
  await services.create('web', { ports });
  const { status, refusals } = await services.update('web', ({ spec }) => {
    Object.assign(spec, EXTERNAL);
    spec.clusterIP = '10.96.0.99';
    spec.clusterIPs = ['10.96.0.99'];
  });
  assert.equal([status, refusals], [422, ['spec.clusterIPs Forbidden']]);
});

test('ClusterIP to ExternalName needs the name', async () => {
  await using services = await startServices();
  await services.create('web', { ports });
  const { status, refusals } = await services.update('web', ({ spec }) => {
    spec.type = 'ExternalName';
  });
  assert.equal([status, refusals], [422, ['spec.externalName Required']]);
});

test('ExternalName to ClusterIP takes a new address and keeps the name, with a warning', async () => {
  await using services = await startServices();
  await services.create('web', { ...EXTERNAL, ports });
  const { status, object, warnings } = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
  });
  assert.is(status, 200);
  assert.match(object.spec.clusterIP, /^10\.96\./);
  assert.equal(
    [object.spec.externalName, object.spec.ipFamilies, object.spec.ipFamilyPolicy, object.spec.internalTrafficPolicy],
    ['example.com', ['IPv4'], 'SingleStack', 'Cluster'],
  );
  assert.match(warnings.join(), 'spec.externalName is ignored');
});

test('headless to ExternalName and back', async () => {
  await using services = await startServices();
  await services.create('web', { clusterIP: 'None', selector: { app: 'web' } });
  const away = await services.update('web', ({ spec }) => Object.assign(spec, EXTERNAL));
  assert.equal([away.status, away.object.spec.clusterIP, away.object.spec.ipFamilies], [200, undefined, undefined]);
  const back = await services.update('web', ({ spec }) =>
    Object.assign(spec, { type: 'ClusterIP', clusterIP: 'None' }),
  );
  assert.equal([back.status, back.object.spec.clusterIPs, back.object.spec.ipFamilies], [200, ['None'], ['IPv4']]);
});

for (const [name, from, to] of [
  ['an address for another', {}, '10.96.0.99'],
  ['an address for None', {}, 'None'],
  ['None for an address', { clusterIP: 'None' }, '10.96.0.99'],
] as const)
  test(`${name} is refused`, async () => {
    await using services = await startServices();
    await services.create('web', { ...from, ports, selector: { app: 'web' } });
    const { status, refusals, messages } = await services.put('web', { clusterIP: to, ports });
    assert.equal([status, refusals], [422, ['spec.clusterIPs[0] Invalid']]);
    assert.match(messages[0] ?? '', 'may not change once set');
  });

test('an update that leaves the address out, or empty, keeps it', async () => {
  await using services = await startServices(DUAL_STACK);
  const { object } = await services.create('web', { ipFamilyPolicy: 'RequireDualStack', ports });
  for (const spec of [{ ports }, { clusterIP: '', ports }, { clusterIP: object.spec.clusterIP, ports }]) {
    const { status, object: after, messages } = await services.put('web', spec);
    assert.is(status, 200, messages.join());
    assert.equal(after.spec.clusterIPs, object.spec.clusterIPs);
  }
});

test('PreferDualStack takes the second address, and SingleStack gives it back', async () => {
  await using services = await startServices(DUAL_STACK);
  const { object: single } = await services.create('web', { ports });
  for (const policy of ['PreferDualStack', 'RequireDualStack']) {
    const dual = await services.update('web', ({ spec }) => {
      spec.ipFamilyPolicy = policy;
    });
    assert.is(dual.status, 200, dual.messages.join());
    assert.equal([dual.object.spec.clusterIPs.length, dual.object.spec.ipFamilies], [2, ['IPv4', 'IPv6']]);
    assert.is(dual.object.spec.clusterIPs[0], single.spec.clusterIP);
    const back = await services.update('web', ({ spec }) => {
      spec.ipFamilyPolicy = 'SingleStack';
    });
    assert.equal([back.object.spec.clusterIPs, back.object.spec.ipFamilies], [[single.spec.clusterIP], ['IPv4']]);
    assert.ok(await isFree(services, { clusterIP: dual.object.spec.clusterIPs[1], ports }));
  }
});

test('a second address may be chosen with the policy', async () => {
  await using services = await startServices(DUAL_STACK);
  await services.create('web', { ports });
  const { status, object } = await services.update('web', ({ spec }) => {
    spec.ipFamilyPolicy = 'RequireDualStack';
    spec.clusterIPs.push('fd00:10:96::77');
  });
  assert.equal([status, object.spec.clusterIPs[1]], [200, 'fd00:10:96::77']);
  assert.is((await services.create('thief', { clusterIP: 'fd00:10:96::77', ports })).status, 422);
});

interface DualChange {
  readonly name: string;
  readonly change: (spec: { clusterIPs: string[]; ipFamilies: string[]; ipFamilyPolicy: string }) => void;
  readonly status: number;
  readonly refusals?: readonly string[];
}

const DUAL_CHANGES: readonly DualChange[] = [
  {
    name: 'the second address goes alone',
    change: (spec) => void spec.clusterIPs.pop(),
    status: 422,
    refusals: ['spec.ipFamilyPolicy Invalid'],
  },
  {
    name: 'the second family goes alone',
    change: (spec) => void spec.ipFamilies.pop(),
    status: 422,
    refusals: ['spec.ipFamilyPolicy Invalid'],
  },
  {
    name: 'the second address changes',
    change: (spec) => {
      spec.clusterIPs[1] = 'fd00:10:96::99';
    },
    status: 422,
    refusals: ['spec.clusterIPs[1] Invalid'],
  },
  {
    name: 'the families swap',
    change: (spec) => void spec.ipFamilies.reverse(),
    status: 422,
  },
  {
    name: 'the policy becomes SingleStack and the second address goes along',
    change: (spec) => {
      spec.ipFamilyPolicy = 'SingleStack';
      spec.clusterIPs.pop();
      spec.ipFamilies.pop();
    },
    status: 200,
  },
  {
    name: 'PreferDualStack becomes RequireDualStack',
    change: (spec) => {
      spec.ipFamilyPolicy = 'RequireDualStack';
    },
    status: 200,
  },
];

for (const { name, change, status, refusals } of DUAL_CHANGES)
  test(`with both families ${name}: ${status}`, async () => {
    await using services = await startServices(DUAL_STACK);
    await services.create('web', { ipFamilyPolicy: 'PreferDualStack', ports });
    const answer = await services.update('web', ({ spec }) => change(spec));
    assert.is(answer.status, status, answer.messages.join());
    if (refusals !== undefined) assert.equal(answer.refusals, refusals);
  });

test('the primary family stays', async () => {
  await using services = await startServices(DUAL_STACK);
  await services.create('web', { ports });
  const { status, refusals } = await services.update('web', ({ spec }) => {
    spec.ipFamilies = ['IPv6'];
  });
  assert.is(status, 422);
  assert.ok(
    refusals.includes('spec.ipFamilies[0] Invalid') || refusals.includes('spec.clusterIPs[0] Invalid'),
    refusals.join(),
  );
});

test('a headless Service may change its families freely', async () => {
  await using services = await startServices(DUAL_STACK);
  await services.create('web', { clusterIP: 'None', selector: { app: 'web' } });
  const { status, object, messages } = await services.update('web', ({ spec }) => {
    spec.ipFamilies = ['IPv6'];
  });
  assert.is(status, 200, messages.join());
  assert.equal(object.spec.ipFamilies, ['IPv6']);
});

test('a Service that prefers both families is not given the second one by an unrelated change', async () => {
  await using services = await startServices();
  await services.create('web', { ipFamilyPolicy: 'PreferDualStack', ports });
  const { status, object } = await services.update('web', ({ metadata }) => {
    metadata.labels = { changed: 'yes' };
  });
  assert.equal([status, object.spec.ipFamilies], [200, ['IPv4']]);
});

test('external IPs that go take the external policy along', async () => {
  await using services = await startServices();
  const { object: before } = await services.create('web', { externalIPs: ['192.0.2.7'], ports });
  assert.is(before.spec.externalTrafficPolicy, 'Cluster');
  const { status, object } = await services.update('web', ({ spec }) => {
    delete spec.externalIPs;
  });
  assert.equal([status, object.spec.externalTrafficPolicy], [200, undefined]);
});

test('a load balancer class cannot change while the type stays', async () => {
  await using services = await startServices();
  await services.create('web', { type: 'LoadBalancer', loadBalancerClass: 'example.com/a', ports });
  const { status, refusals } = await services.update('web', ({ spec }) => {
    spec.loadBalancerClass = 'example.com/b';
  });
  assert.equal([status, refusals], [422, ['spec.loadBalancerClass Invalid']]);
});

test('an update that is refused leaves everything with its owner', async () => {
  await using services = await startServices(DUAL_STACK);
  const { object } = await services.create('web', { ports });
  const { status } = await services.update('web', ({ spec }) => {
    spec.type = 'NodePort';
    spec.ipFamilyPolicy = 'RequireDualStack';
    spec.clusterIPs.push('fd00:10:96::55');
    spec.ports[0].nodePort = 30_055;
    spec.sessionAffinity = 'Maybe';
  });
  assert.is(status, 422);
  assert.ok(await isFree(services, { clusterIP: 'fd00:10:96::55', ports }));
  assert.ok(await isFree(services, { type: 'NodePort', ports: [{ port: 80, nodePort: 30_055 }] }));
  assert.is((await services.create('thief', { clusterIP: object.spec.clusterIP, ports })).status, 422);
});

test('PUT to a missing name creates it, addresses included', async () => {
  await using services = await startServices();
  const { status, object }: Answer = await services.put('web', { type: 'NodePort', ports });
  assert.is(status, 201);
  assert.ok(object.spec.clusterIP.startsWith('10.96.') && object.spec.ports[0].nodePort >= 30_000);
});

test('DELETE answers the Service', async () => {
  await using services = await startServices();
  await services.create('web', { ports });
  const { status, object } = await services.remove('web');
  assert.equal([status, object.kind, object.metadata.name], [200, 'Service', 'web']);
});

test('the status belongs to load balancers', async () => {
  await using services = await startServices();
  await services.create('web', { ports });
  const status = { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } };
  const merge = 'application/merge-patch+json';
  const refused = await services.ask('PATCH', STATUS, { status }, merge);
  assert.equal([refused.status, refused.refusals], [422, ['status.loadBalancer.ingress Forbidden']]);
  await services.update('web', ({ spec }) => {
    spec.type = 'LoadBalancer';
  });
  const taken = await services.ask('PATCH', STATUS, { status, spec: { sessionAffinity: 'ClientIP' } }, merge);
  assert.equal([taken.status, taken.object.status.loadBalancer.ingress], [200, [{ ip: '203.0.113.1', ipMode: 'VIP' }]]);
  assert.is(taken.object.spec.sessionAffinity, 'None');
  const ignored = await services.update('web', (service) => {
    service.status = {};
  });
  assert.is(ignored.object.status.loadBalancer.ingress.length, 1);
  const cleared = await services.update('web', ({ spec }) => {
    spec.type = 'ClusterIP';
  });
  assert.equal(cleared.object.status, { loadBalancer: {} });
});

for (const [name, ingress, refusal] of [
  ['an ip that is none', { ip: 'x' }, 'status.loadBalancer.ingress[0].ip Invalid'],
  ['a hostname that is an address', { hostname: '1.2.3.4' }, 'status.loadBalancer.ingress[0].hostname Invalid'],
  ['a mode without an ip', { hostname: 'a.b', ipMode: 'VIP' }, 'status.loadBalancer.ingress[0].ipMode Forbidden'],
  ['an unknown mode', { ip: '1.2.3.4', ipMode: 'Direct' }, 'status.loadBalancer.ingress[0].ipMode NotSupported'],
] as const)
  test(`${name} is refused as a status`, async () => {
    await using services = await startServices();
    await services.create('web', { type: 'LoadBalancer', ports });
    const status = { loadBalancer: { ingress: [ingress] } };
    const answer = await services.ask('PATCH', STATUS, { status }, 'application/merge-patch+json');
    assert.equal([answer.status, answer.refusals], [422, [refusal]]);
  });

test.run();
