/**
 * kubectl and custom resources.
 * @deadline 120 s
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startShop } from './_shop.ts';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('kubectl and definitions');
const kubectl = toolPath('kubectl');

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: rockets.acme.io }
spec:
  group: acme.io
  scope: Namespaced
  names: { plural: rockets, kind: Rocket, shortNames: [rk], categories: [all] }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Stages, type: integer, jsonPath: .spec.stages }
        - { name: Fuel, type: string, jsonPath: .spec.fuel, priority: 1 }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                stages: { type: integer, minimum: 1, description: How many burn. }
                fuel: { type: string, default: lox }
              x-kubernetes-validations:
                - { rule: self.stages < 9, message: too many stages }
`;
const rocket = (stages: number, more = ''): string =>
  `apiVersion: acme.io/v1\nkind: Rocket\nmetadata: {name: one}\nspec: {stages: ${stages}${more}}\n`;

/** A cluster that knows rockets. */
async function withRockets(run: (place: Workplace) => Promise<void>): Promise<void> {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', '-'], { input: DEFINITION });
  await place.ok(kubectl, ['wait', '--for', 'condition=established', 'crd/rockets.acme.io', '--timeout=10s']);
  await run(place);
}

test('a new kind is explained, applied, shown and deleted', () =>
  withRockets(async (place) => {
    assert.match(await place.ok(kubectl, ['explain', 'rocket.spec.stages']), 'How many burn.');
    const apply = ['apply', '-f', '-'];
    assert.is(await place.ok(kubectl, apply, { input: rocket(3) }), 'rocket.acme.io/one created\n');
    assert.is(await place.ok(kubectl, apply, { input: rocket(3) }), 'rocket.acme.io/one unchanged\n');
    assert.is(await place.ok(kubectl, apply, { input: rocket(4) }), 'rocket.acme.io/one configured\n');
    assert.match(await place.ok(kubectl, ['get', 'rk', '-o', 'wide']), /NAME +STAGES +FUEL\none +4 +lox\n/);
    assert.match(await place.ok(kubectl, ['get', 'all']), 'rocket.acme.io/one');
    assert.is(
      await place.ok(kubectl, ['delete', 'rocket', 'one']),
      'rocket.acme.io "one" deleted from default namespace\n',
    );
  }));

test('what a definition does not allow is refused', () =>
  withRockets(async (place) => {
    const ruled = await place.run(kubectl, ['create', '-f', '-'], { input: rocket(10) });
    assert.is(ruled.stderr, 'The Rocket "one" is invalid: spec: Invalid value: too many stages\n');
    const unknown = await place.run(kubectl, ['create', '-f', '-'], { input: rocket(1, ', fule: x') });
    assert.match(unknown.stderr, 'strict decoding error: unknown field "spec.fule"');
  }));

test('a definition takes its objects along', () =>
  withRockets(async (place) => {
    await place.ok(kubectl, ['create', '-f', '-'], { input: rocket(1) });
    await place.ok(kubectl, ['delete', 'crd', 'rockets.acme.io']);
    const { stderr } = await place.run(kubectl, ['get', 'rockets.acme.io']);
    assert.match(stderr, /the server doesn't have a resource type|the server could not find the requested resource/);
  }));

test.run();
