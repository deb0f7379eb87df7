import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootstrapObjects } from '../../src/bootstrap/bootstrap-objects.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';
import { STATELESS_STRATEGIES } from '../../src/strategies/strategy-table.ts';
import { problemsOf } from './_problems.ts';

const test = suite('Strategies and the objects of a fresh cluster');

test('every object that a fresh cluster holds keeps the rules of its kind', () => {
  const bad = bootstrapObjects()
    .map(({ object }) => object)
    .filter(({ kind }) => kind !== 'Service')
    .flatMap((object) => problemsOf(object).map((problem) => `${object.kind} ${object.metadata.name}: ${problem}`));
  assert.equal(bad, []);
});

test('every strategy belongs to a resource that is served', () => {
  const served = new Set(
    resourceTable().map(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`)),
  );
  assert.equal(
    Object.keys(STATELESS_STRATEGIES).filter((name) => !served.has(name)),
    [],
  );
});

test.run();
