/** The service account controller: every namespace has an account `default`. */
import { hasReason } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { isActiveNamespace, NAMESPACES } from '../namespace/namespace.ts';
import { isNamespaceTerminating } from '../write-failure.ts';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const CONTROLLER = 'serviceaccount-controller';
const NAME = 'default';

/** Starts the controller. Its informers must have synced. */
export function startServiceAccountController(context: ControllerContext): Controller {
  const { client, informers } = context;
  const namespaces: Informer = informers.informer(NAMESPACES);
  const accounts: Informer = informers.informer(SERVICE_ACCOUNTS);
  const loop = new ControlLoop(context, { name: 'serviceaccounts', component: CONTROLLER, reconcile });
  loop.followKeys(namespaces);
  loop.follow(accounts, {
    deleted: ({ metadata }) => {
      if (metadata.name === NAME) loop.queue.add(metadata.namespace ?? '');
    },
  });

  async function reconcile(namespace: string): Promise<void> {
    if (!isActiveNamespace(namespaces.get(namespace)) || accounts.get(`${namespace}/${NAME}`) !== undefined) return;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
    try {
      await client.resource(SERVICE_ACCOUNTS).create(account);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error;
    }
  }

  return { name: CONTROLLER, [Symbol.asyncDispose]: () => loop.close() };
}
