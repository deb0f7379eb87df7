/** A definition that comes into storage by other ways than the API's. */
import { Activity, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer } from '../../src/index.ts';
import { definition, version, WIDGETS, widget } from './_widgets.ts';

const test = suite('stored definitions');

test('the rules of a definition that was only stored are kept too', async () => {
  const activity = new Activity();
  const apiServer = await buildApiServer({ authorization: 'AlwaysAllow', activity });
  const size = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 9', message: 'too big' }] };
  const stored = definition([version({ size })]) as KubeObject;
  await apiServer.storage.create('apiextensions.k8s.io/customresourcedefinitions', stored.metadata.name ?? '', stored);
  await activity.settled();
  const transport = apiServer.transport({ name: 'tester' });
  const object = widget({ size: 10 });
  const response = await transport.request({ method: 'POST', url: WIDGETS, headers: {}, object });
  apiServer.close();
  const { message } = response.type === 'object' ? (response.object as { message: string }) : { message: '' };
  assert.match(message, 'spec.size: Invalid value: 10: too big');
});

test.run();
