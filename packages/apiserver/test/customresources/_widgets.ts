/** Definitions of widgets, and their objects. */
import { setImmediate } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { type Answer, startServer, type TestServer } from '../endpoints/_server.ts';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const WIDGETS = '/apis/shop.example.com/v1/namespaces/default/widgets';

/** A version whose `spec` has these fields. */
export const version = (properties: object, more: object = {}, spec: object = {}): object => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties, ...spec },
        status: { type: 'object', properties: { ready: { type: 'boolean' } } },
      },
    },
  },
  ...more,
});

/** A definition of a kind called after its plural. */
export const definition = (versions: readonly object[], spec: object = {}, plural = 'widgets'): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.shop.example.com` },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { plural, kind: `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}` },
    versions,
    ...spec,
  },
});

/** A server that serves widgets. */
export async function startWidgets(versions: readonly object[], spec: object = {}): Promise<TestServer> {
  const server = await startServer();
  const answer = await server.ask(`POST ${DEFINITIONS}`, { body: definition(versions, spec) });
  assert.is(answer.status, 201, answer.text);
  return server;
}

/** A widget of this `spec`. */
export const widget = (spec: unknown, name = 'w', apiVersion = 'shop.example.com/v1'): object => ({
  apiVersion,
  kind: 'Widget',
  metadata: { name },
  spec,
});

/** Creates a widget. */
export const create = (server: TestServer, spec: unknown, name = 'w'): Promise<Answer> =>
  server.ask(`POST ${WIDGETS}`, { body: widget(spec, name) });

/** Changes the widget by a merge patch. */
export const patch = (server: TestServer, body: object, path = `${WIDGETS}/w`): Promise<Answer> =>
  server.ask(`PATCH ${path}`, { body, headers: { 'content-type': 'application/merge-patch+json' } });

/** What is wrong, as `field: message`. */
export const causesOf = ({ json }: Answer): string[] =>
  (json.details?.causes ?? []).map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`);

/** Deletes the definition of widgets, and lets the server do what follows from that. */
export async function deleteDefinition({ ask }: TestServer): Promise<Answer> {
  const answer = await ask(`DELETE ${DEFINITIONS}/widgets.shop.example.com`);
  await setImmediate();
  return answer;
}
