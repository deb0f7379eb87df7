/** The fields of a new object are remembered by its shape: they are those that a comparison finds each time. */
import { type KubeObject, type Random, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareObjects } from '../../src/apply/compare-objects.ts';
import { createdFields } from '../../src/apply/created-fields.ts';
import { encodeFields } from '../../src/apply/fields-v1.ts';
import { emptyObject } from '../../src/apply/update-managed-fields.ts';
import { schemaOfKind } from '../../src/schema/schema-table.ts';
import { planOf } from '../../src/schema/type-plan.ts';
import { read } from './_objects.ts';

const test = suite('createdFields');

function check(next: KubeObject): void {
  const schema = schemaOfKind(next.apiVersion ?? '', next.kind ?? '');
  assert.ok(schema);
  const plan = planOf(schema);
  const old = emptyObject(schema);
  const compare = (): ReturnType<typeof compareObjects>['changed'] => compareObjects(plan, old, next).changed;
  const { fields, written } = createdFields({ plan, old, next, rules: '' }, compare);
  assert.equal(fields, compare(), JSON.stringify(next));
  assert.equal(written, encodeFields(compare()), JSON.stringify(next));
}

const pod = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec }) as KubeObject;

const PORTS: [string, object[]][] = [
  ['a port', [{ containerPort: 80, protocol: 'TCP' }]],
  ['another port', [{ containerPort: 81, protocol: 'TCP' }]],
  ['a port whose protocol is not said', [{ containerPort: 80 }]],
  ['a port whose protocol is said to be nothing', [{ containerPort: 80, protocol: null }]],
  ['a port that is a text', [{ containerPort: '80', protocol: 'TCP' }]],
  ['a port without a number', [{ protocol: 'TCP' }]],
  ['a port whose number is an object', [{ containerPort: {}, protocol: 'TCP' }]],
  ['a port whose number is the text of that object', [{ containerPort: '{}', protocol: 'TCP' }]],
  ['a port of which nothing is said', [{}]],
  ['two ports', [{ containerPort: 80 }, { containerPort: 81, name: 'b' }]],
  ['two ports the other way round', [{ containerPort: 81, name: 'b' }, { containerPort: 80 }]],
  ['no ports', []],
];

for (const [name, ports] of [...PORTS, ...PORTS])
  test(`${name} is not taken for another one`, () => check(pod({ containers: [{ name: 'c', ports }] })));

const SETS: unknown[][] = [['a'], ['b'], ['a', 'b'], [1], ['1'], [null], ['null'], [{}], [true], ['true'], []];
for (const finalizers of [...SETS, ...SETS])
  test(`the set ${JSON.stringify(finalizers)} is not taken for another one`, () => check(pod({}, { finalizers })));

test('pods of all shapes get the fields that they have', () => {
  const random = seededRandom('created fields');
  for (let count = 0; count < 1000; count += 1) check(read(anyPod(random)));
});

function anyPod(random: Random): KubeObject {
  const some = <T>(make: (index: number) => T): T[] => Array.from({ length: random.int(3) }, (_, index) => make(index));
  const maybe = <T>(value: T): T | undefined => (random.int(2) === 0 ? value : undefined);
  const labels = Object.fromEntries(some((index) => [`label-${index}`, maybe('x') ?? '']));
  const container = (index: number): object => ({
    name: `c${index}`,
    image: maybe('i:1'),
    command: maybe(some(String)),
    ports: some((port) => ({ containerPort: 80 + port, name: maybe('http'), protocol: maybe('UDP') })),
    env: some((variable) => ({ name: `V${variable}`, value: maybe('x') })),
    resources: maybe({ limits: maybe({ cpu: '1' }) }),
  });
  const spec = {
    containers: some(container),
    initContainers: maybe(some(container)),
    nodeSelector: maybe(labels),
    tolerations: maybe(some((index) => ({ key: `k${index}`, operator: 'Exists' }))),
    hostNetwork: maybe(true),
    securityContext: maybe({ runAsUser: maybe(0), sysctls: maybe([]) }),
  };
  return JSON.parse(JSON.stringify(pod(spec, { labels, finalizers: maybe(some((index) => `f.io/${index}`)) })));
}

test.run();
