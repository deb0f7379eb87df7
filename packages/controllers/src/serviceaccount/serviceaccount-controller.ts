/** The service account controller: every namespace has an account `default`. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import { type Informer, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { isActiveNamespace, NAMESPACES } from '../namespace/namespace.ts';
import { isNamespaceTerminating } from '../write-failure.ts';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };

const NAME = 'default';

/** Starts the controller. Its informers must have synced. */
export function startServiceAccountController({ client, informers, clock, activity }: ControllerContext): Controller {
  const namespaces: Informer = informers.informer(NAMESPACES);
  const accounts: Informer = informers.informer(SERVICE_ACCOUNTS);
  const queue = new WorkQueue({ name: 'serviceaccounts', reconcile, clock, activity });
  const queueNamespace = ({ metadata }: KubeObject): void => queue.add(metadata.name ?? '');
  const handlers = [
    namespaces.addHandler({ added: queueNamespace, updated: (_, namespace) => queueNamespace(namespace) }),
    accounts.addHandler({
      deleted: ({ metadata }) => {
        if (metadata.name === NAME) queue.add(metadata.namespace ?? '');
      },
    }),
  ];

  async function reconcile(namespace: string): Promise<void> {
    if (!isActiveNamespace(namespaces.get(namespace)) || accounts.get(`${namespace}/${NAME}`) !== undefined) return;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
    try {
      await client.resource(SERVICE_ACCOUNTS).create(account);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error;
    }
  }

  return {
    name: 'serviceaccount-controller',
    async [Symbol.asyncDispose]() {
      for (const remove of handlers) remove();
      await queue.close();
    },
  };
}
