/** What a request tells of the client behind it. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ANONYMOUS_CLIENT } from '../../src/certificates/client-identity.ts';
import { HttpApiRequest } from '../../src/server/http-api-request.ts';

const test = suite('http-api-request');

function exchange(): { readonly request: HttpApiRequest; readonly res: ServerResponse } {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  return { request: new HttpApiRequest({ req, res, body: undefined, identity: ANONYMOUS_CLIENT }, () => 'id'), res };
}

test('a client that goes while it is served aborts its request', () => {
  const { request, res } = exchange();
  assert.is(request.signal.aborted, false);
  res.emit('close');
  assert.is(request.signal.aborted, true);
});

test('a client that goes before it is served has aborted its request', () => {
  const { request, res } = exchange();
  res.destroy();
  assert.is(request.signal.aborted, true);
});

test.run();
