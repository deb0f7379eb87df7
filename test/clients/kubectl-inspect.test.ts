/**
 * kubectl's ways to look: schemas, resources, permissions, and every form of output.
 * @deadline 120 s
 */
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from './_shop.ts';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('kubectl inspects');
const kubectl = toolPath('kubectl');

/** Commands that only read, with a pattern for each line that their output must have. */
const CASES: { name: string; args: string[]; says: RegExp[] }[] = [
  {
    name: 'explain shows a field with its type',
    args: ['explain', 'deployment.spec.replicas'],
    says: [/^GROUP: +apps$/m, /^FIELD: replicas <integer>$/m],
  },
  {
    name: 'explain goes all the way down',
    args: ['explain', 'service', '--recursive'],
    says: [/^ {4}nodePort\t<integer>$|^ +nodePort\t<integer>$/m, /^ +clusterIP\t<string>$/m],
  },
  {
    name: 'explain reads the older document too',
    args: ['explain', 'service.spec', '--recursive', '--output=plaintext-openapiv2'],
    says: [/^RESOURCE: spec <Object>$/m, /^ +clusterIP\t<string>$/m, /^ +nodePort\t<integer>$/m],
  },
  {
    name: 'explain takes a version',
    args: ['explain', 'hpa', '--api-version=autoscaling/v1'],
    says: [/^VERSION: +v1$/m],
  },
  {
    name: 'api-resources lists kinds with short names and verbs',
    args: ['api-resources', '-o', 'wide'],
    says: [
      /^deployments +deploy +apps\/v1 +true +Deployment +create,delete,deletecollection,get,list,patch,update,watch +all$/m,
      /^namespaces +ns +v1 +false +Namespace/m,
    ],
  },
  { name: 'api-versions lists groups', args: ['api-versions'], says: [/^apps\/v1$/m, /^v1$/m] },
  {
    name: 'auth can-i lists what is allowed',
    args: ['auth', 'can-i', '--list'],
    says: [/^\*\.\* +\[\] +\[\] +\[\*\]$/m],
  },
  {
    name: 'auth can-i lists what somebody else is allowed',
    args: ['auth', 'can-i', '--list', '--as', 'system:serviceaccount:default:default'],
    says: [
      /^selfsubjectaccessreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]$/m,
      /^ +\[\/healthz\] +\[\] +\[get\]$/m,
    ],
  },
  { name: 'auth can-i answers yes', args: ['auth', 'can-i', 'delete', 'pods', '-n', 'shop'], says: [/^yes$/m] },
  { name: 'auth whoami names the user', args: ['auth', 'whoami'], says: [/^Username/m, /system:masters/] },
  {
    name: 'custom columns',
    args: ['get', 'svc', '-n', 'shop', '-o', 'custom-columns=NAME:.metadata.name,TYPE:.spec.type'],
    says: [/^NAME +TYPE$/m, /^web-node +NodePort$/m],
  },
  {
    name: 'JSON path',
    args: ['get', 'svc', '-n', 'shop', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.spec.type};{end}'],
    says: [/^db=ExternalName;web=ClusterIP;web-node=NodePort;web-pods=ClusterIP;$/],
  },
  {
    name: 'YAML',
    args: ['get', 'deployment', 'web', '-n', 'shop', '-o', 'yaml'],
    says: [/^apiVersion: apps\/v1$/m, /^ {2}replicas: 3$/m, /^ {8}image: shop\/web$|^ {6}- image: shop\/web$/m],
  },
  { name: 'names only', args: ['get', 'deploy', '-n', 'shop', '-o', 'name'], says: [/^deployment\.apps\/web$/m] },
  {
    name: 'a label selector with labels as columns',
    args: ['get', 'pods', '-A', '-l', 'app in (web)', '-L', 'app'],
    says: [/^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +APP$/m, /1\/1 +Running +0 +\d+s +web$/m],
  },
  {
    name: 'a field selector',
    args: ['get', 'pods', '-A', '--field-selector', 'status.phase=Running', '-o', 'name'],
    says: [/^(pod\/web-[a-z0-9]+-[a-z0-9]{5}\n){3}$/],
  },
  {
    name: 'sorting',
    args: ['get', 'svc', '-n', 'shop', '--sort-by=.spec.type', '-o', 'name'],
    says: [/service\/db\n.*service\/web-node\n$/s],
  },
  { name: 'nodes', args: ['get', 'nodes'], says: [/^NAME +STATUS +ROLES +AGE +VERSION$/m, / Ready +/] },
  { name: 'events', args: ['events', '-n', 'shop'], says: [/ScalingReplicaSet/] },
  {
    name: 'cluster-info',
    args: ['cluster-info'],
    says: [/Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/],
  },
  { name: 'raw paths', args: ['get', '--raw', '/readyz'], says: [/^ok$/] },
];

test('each of its ways to look shows what it should', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', resolve(SHOP)]);
  await cluster.settled();
  const failures: string[] = [];
  for (const { name, args, says } of CASES) {
    const { code, stdout, stderr } = await place.run(kubectl, args);
    if (code !== 0) failures.push(`${name}: exit code ${code}: ${stderr}`);
    for (const pattern of says)
      if (!pattern.test(stdout)) failures.push(`${name}: ${pattern} is not in\n${stdout.slice(0, 1500)}`);
  }
  assert.is(failures.join('\n'), '');
});

test('can-i says no where roles do not allow it', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const args = ['auth', 'can-i', 'delete', 'pods', '--as', 'system:serviceaccount:default:default'];
  const { code, stdout } = await place.run(kubectl, args);
  assert.is(code, 1);
  assert.is(stdout, 'no\n');
});

test('a kind that nobody serves is said to be one', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const input = 'apiVersion: v1\nkind: Boat\nmetadata: {name: a}\n';
  const { code, stderr } = await place.run(kubectl, ['create', '-f', '-'], { input });
  assert.is(code, 1);
  assert.match(stderr, /no matches for kind "Boat" in version "v1"\nensure CRDs are installed first/);
});

test('what does not exist is said to be not found', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const { code, stderr } = await place.run(kubectl, ['get', 'pod', 'nobody']);
  assert.is(code, 1);
  assert.is(stderr, 'Error from server (NotFound): pods "nobody" not found\n');
});

test.run();
