/** Starts the controllers of a cluster. */
import type { GroupVersionResource } from '@towtank/apimachinery';
import { type DiscoveryMapper, discoveryMapper } from '@towtank/client';
import type { Controller, ControllerContext } from './controller-context.ts';
import { CONTROLLERS, type ControllerWorld } from './controller-table.ts';
import type { SecretTokenIssuer } from './serviceaccount/token-controller.ts';

/** What to start, and in which world. */
export interface StartControllersOptions extends ControllerContext {
  /** Which controllers run, by name; all by default. */
  readonly enabled?: (name: string) => boolean;
  /** Certificate of the authority that signs for the API server. Without it nothing is published. */
  readonly caPem?: string;
  /** Signs the tokens of service accounts that Secrets keep. Without it such Secrets stay as they are. */
  readonly issueSecretToken?: SecretTokenIssuer;
  /** Whether Pods are bound to Nodes; true by default. */
  readonly schedule?: boolean;
  /** Addresses of load balancers, as IPv4 CIDR. Without it Services of that type get none. */
  readonly loadBalancerCidr?: string;
  /** Discovery to share with others; the controllers make their own where it is not given. */
  readonly mapper?: DiscoveryMapper;
}

/** Controllers that need something to work with, and whether it is there. */
const CONDITIONS: Readonly<Record<string, (options: StartControllersOptions) => boolean>> = {
  'root-ca-certificate-publisher-controller': ({ caPem }) => Boolean(caPem),
  'serviceaccount-token-controller': ({ issueSecretToken }) => issueSecretToken !== undefined,
  'service-lb-controller': ({ loadBalancerCidr }) => Boolean(loadBalancerCidr),
  'default-scheduler': ({ schedule }) => schedule !== false,
};

/**
 * Starts controllers and resolves when all of them know the state of the cluster. Starts the informer factory, which
 * stays its owner's to close, after the controllers.
 */
export async function startControllers(options: StartControllersOptions): Promise<AsyncDisposable> {
  const { client, informers, enabled = () => true, caPem = '', loadBalancerCidr = '' } = options;
  const { issueSecretToken = () => Promise.reject(new Error('there is nothing to sign tokens with')) } = options;
  const rows = CONTROLLERS.filter(({ name }) => enabled(name) && (CONDITIONS[name]?.(options) ?? true));
  for (const path of new Set(rows.flatMap(({ follows }) => follows))) informers.informer(parsePath(path));
  await informers.start();
  const mapper = options.mapper ?? discoveryMapper(client);
  const world: ControllerWorld = { ...options, caPem, issueSecretToken, loadBalancerCidr, mapper };
  const running: Controller[] = [];
  const stop = async (): Promise<void> => {
    for (const controller of running.splice(0).reverse()) await controller[Symbol.asyncDispose]();
  };
  try {
    for (const { start } of rows) running.push(await start(world));
  } catch (error) {
    await stop();
    throw error;
  }
  return { [Symbol.asyncDispose]: stop };
}

/** `v1/pods` or `apps/v1/deployments`. */
function parsePath(path: string): GroupVersionResource {
  const [resource = '', version = '', group = ''] = path.split('/').reverse();
  return { group, version, resource };
}
