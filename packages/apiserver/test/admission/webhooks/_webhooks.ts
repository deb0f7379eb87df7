/** A server, and a webhook on a loopback address that it may ask. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as assert from 'uvu/assert';
import type { Webhook } from '../../../src/admission/webhooks/webhook-hooks.ts';
import { processCertificateAuthority } from '../../../src/certificates/certificate-authority.ts';
import { type Answer, startServer, type TestServer } from '../../endpoints/_server.ts';

/** A review as webhooks get it. */
// biome-ignore lint/suspicious/noExplicitAny: the form is what the tests are about
export type Review = Record<string, any>;

/** What a webhook does with a review: the fields of its response, a whole answer as text, or a promise of either. */
export type Decide = (review: Review) => object | { readonly status: number; readonly body: string };

/** A webhook that listens. */
export interface TestWebhook extends AsyncDisposable {
  readonly url: string;
  readonly reviews: Review[];
}

export const CA_BUNDLE: string = Buffer.from(processCertificateAuthority().caPem).toString('base64');

/** Starts a webhook. */
export async function startWebhook(decide: Decide = () => ({ allowed: true })): Promise<TestWebhook> {
  const { certPem, keyPem } = processCertificateAuthority().issueServingCertificate();
  const reviews: Review[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, async (request, response) => {
    const review = JSON.parse(await text(request)) as Review;
    reviews.push(review);
    const decided = await decide(review);
    if ('body' in decided) {
      response.writeHead(decided.status).end(decided.body);
      return;
    }
    const { apiVersion, kind, request: asked } = review;
    response.end(JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, ...decided } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/review`,
    reviews,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Rules about config maps. */
export const ABOUT_CONFIG_MAPS: object = {
  operations: ['*'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
};

/** A webhook's address, and what its configuration says besides. */
interface Hook extends Partial<Webhook> {
  readonly url: string;
  readonly reviews?: unknown;
  readonly [Symbol.asyncDispose]?: unknown;
}

/** A configuration of these webhooks, which differ from the usual one as they say. */
export const configuration = (kind: 'Mutating' | 'Validating', name: string, ...webhooks: readonly Hook[]): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${kind}WebhookConfiguration`,
  metadata: { name },
  webhooks: webhooks.map(({ url, reviews: _, ...more }, index) => ({
    name: `${index}.${name}.example.com`,
    clientConfig: { url, caBundle: CA_BUNDLE },
    rules: [ABOUT_CONFIG_MAPS],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  })),
});

const GROUP = '/apis/admissionregistration.k8s.io/v1';

/** A server that asks these webhooks. */
export async function startConfigured(...configurations: readonly object[]): Promise<TestServer> {
  const server = await startServer();
  for (const body of configurations) {
    const { kind } = body as { kind: string };
    const answer = await server.ask(`POST ${GROUP}/${kind.toLowerCase()}s`, { body });
    assert.is(answer.status, 201, answer.text);
  }
  return server;
}

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** Creates a config map. */
export const createConfigMap = (server: TestServer, more: object = {}, query = ''): Promise<Answer> =>
  server.ask(`POST ${CONFIG_MAPS}${query}`, {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' }, ...more },
  });

/** A JSON patch as a response carries it. */
export const patchOf = (...operations: readonly object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
