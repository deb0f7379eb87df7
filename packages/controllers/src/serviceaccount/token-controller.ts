/** The token controller: Secrets that ask for the token of a service account are given one, and go when the account goes. */
import { type KubeObject, objectKey } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { unlessGone } from '../write-failure.ts';

const SECRETS = { group: '', version: 'v1', resource: 'secrets' };
const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const CONTROLLER = 'serviceaccount-token-controller';
const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** Signs the token of an account that a Secret is to keep. */
export type SecretTokenIssuer = (serviceAccount: KubeObject, secret: KubeObject) => Promise<string>;

/** What the controller works with. */
export interface TokenControllerOptions extends ControllerContext {
  /** Certificate of the authority that signs for the API server, which stands beside the token; empty for none. */
  readonly caPem: string;
  readonly issueSecretToken: SecretTokenIssuer;
}

/** Starts the controller. Its informers must have synced. */
export function startTokenController({ caPem, issueSecretToken, ...context }: TokenControllerOptions): Controller {
  const { client, informers } = context;
  const secrets: Informer = informers.informer(SECRETS);
  const accounts: Informer = informers.informer(SERVICE_ACCOUNTS);
  const resource = client.resource(SECRETS);
  const loop = new ControlLoop(context, { name: 'serviceaccount_tokens', component: CONTROLLER, reconcile });
  const add = (secret: KubeObject): void => {
    if (isTokenSecret(secret)) loop.queue.add(objectKey(secret));
  };
  loop.follow(secrets, { added: add, updated: (_, secret) => add(secret), deleted: add });
  loop.follow(accounts, {
    deleted: ({ metadata: { namespace, name } }) => {
      for (const secret of secrets.list())
        if (secret.metadata.namespace === namespace && secret.metadata.annotations?.[ACCOUNT_NAME] === name)
          add(secret);
    },
  });

  async function reconcile(key: string): Promise<void> {
    const secret = secrets.get(key);
    if (secret === undefined) return forget(key);
    if (!isTokenSecret(secret)) return;
    const account = await accountOf(secret);
    if (account === undefined) return remove(secret);
    const data = { ...missingData(secret), ...(secret.data?.token ? {} : { token: await tokenFor(account, secret) }) };
    if (Object.keys(data).length === 0) return;
    const { name = '', uid = '' } = account.metadata;
    const annotations = { ...secret.metadata.annotations, [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid };
    const metadata = { ...secret.metadata, annotations };
    await resource.update({ ...secret, metadata, data: { ...secret.data, ...data } }).catch(unlessGone);
  }

  /** The account that a Secret names, if it is still the one; asked of the server before a Secret is given up. */
  async function accountOf({ metadata }: KubeObject): Promise<KubeObject | undefined> {
    const { namespace = '', annotations = {} } = metadata;
    const name = annotations[ACCOUNT_NAME] ?? '';
    const isMeant = (account: KubeObject | undefined): boolean =>
      account !== undefined && (annotations[ACCOUNT_UID] ?? account.metadata.uid) === account.metadata.uid;
    const known = accounts.get(`${namespace}/${name}`);
    if (isMeant(known)) return known;
    const live = await client.resource(SERVICE_ACCOUNTS).get(name, { namespace }).catch(undefinedIfGone);
    return isMeant(live) ? live : undefined;
  }

  function missingData({ metadata, data = {} }: KubeObject): Record<string, string> {
    const ca = base64(caPem);
    return {
      ...(ca === '' || data['ca.crt'] === ca ? {} : { 'ca.crt': ca }),
      ...(data.namespace ? {} : { namespace: base64(metadata.namespace ?? '') }),
    };
  }

  const tokenFor = async (account: KubeObject, secret: KubeObject): Promise<string> =>
    base64(await issueSecretToken(account, secret));

  async function remove({ metadata: { name = '', namespace = '', uid = '' } }: KubeObject): Promise<void> {
    await resource.delete(name, { namespace, preconditions: { uid } }).catch(unlessGone);
  }

  /** An account lists a Secret that is gone no longer. */
  async function forget(key: string): Promise<void> {
    const [namespace, name] = key.split('/');
    for (const account of accounts.list()) {
      const listed: readonly { name?: string }[] = account.secrets ?? [];
      if (account.metadata.namespace !== namespace || !listed.some((secret) => secret.name === name)) continue;
      const kept = { ...account, secrets: listed.filter((secret) => secret.name !== name) };
      await client.resource(SERVICE_ACCOUNTS).update(kept).catch(unlessGone);
    }
  }

  return { name: CONTROLLER, [Symbol.asyncDispose]: () => loop.close() };
}

const isTokenSecret = ({ type }: KubeObject): boolean => type === TOKEN_TYPE;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function undefinedIfGone(error: unknown): undefined {
  unlessGone(error);
}
