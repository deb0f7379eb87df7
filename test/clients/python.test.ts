/**
 * The Python client works, where it is installed.
 * @deadline 60 s
 */
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from './_shop.ts';
import { pythonWith, Workplace } from './_tools.ts';

const test = suite('python client');

const python = pythonWith('kubernetes');

const whenInstalled = python === undefined ? test.skip : test;
if (python === undefined) console.log('skipped: python3 has no package kubernetes');

whenInstalled('CRUD, watch and lists', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await cluster.apply(SHOP);
  await cluster.settled();
  const printed = await place.ok(python ?? '', [resolve('test/clients/programs/python-client.py')]);
  assert.equal(JSON.parse(printed), {
    events: ['MODIFIED 2', 'DELETED 2'],
    status: 404,
    services: ['db', 'web', 'web-node', 'web-pods'],
  });
});

test.run();
