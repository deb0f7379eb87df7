/** The ports of the API server. */
import type { UserInfo } from '@towtank/apimachinery';
import { type ApiServer, kubeconfigFor, type Listener, listen, processCertificateAuthority } from '@towtank/apiserver';
import type { ClosingStack } from './closing-stack.ts';
import { CLUSTER_DEFAULTS, type ClusterOptions } from './cluster-options.ts';

/** Where the API is reached, and with what. */
export interface OpenListeners {
  readonly secure: Listener | undefined;
  readonly insecure: Listener | undefined;
  /** For kubectl and client libraries: YAML text; empty when no port is open. */
  readonly kubeconfig: string;
}

/** Opens the ports that the options ask for. Rejects when one is taken. */
export async function openListeners(
  apiServer: ApiServer,
  options: ClusterOptions,
  admin: UserInfo,
  token: string,
  stack: ClosingStack,
): Promise<OpenListeners> {
  const { host = CLUSTER_DEFAULTS.host, port = 0, insecurePort } = options;
  const secure = port === false ? undefined : stack.use(await listenSecurely(apiServer, host, port));
  const insecure =
    insecurePort === undefined
      ? undefined
      : stack.use(await listen(apiServer, { host, port: insecurePort, userOf: () => admin }));
  return { secure, insecure, kubeconfig: kubeconfigOf(secure, insecure, token) };
}

async function listenSecurely(apiServer: ApiServer, host: string, port: number): Promise<Listener> {
  const authority = processCertificateAuthority();
  const { certPem, keyPem } = authority.issueServingCertificate(isName(host) ? { hosts: [host] } : {});
  return await listen(apiServer, {
    host,
    port,
    tls: { cert: certPem, key: keyPem, clientCa: authority.caPem },
  });
}

const isName = (host: string): boolean => host !== '127.0.0.1' && host !== 'localhost' && host !== '0.0.0.0';

function kubeconfigOf(secure: Listener | undefined, insecure: Listener | undefined, token: string): string {
  if (secure !== undefined)
    return kubeconfigFor({ server: secure.url, caPem: processCertificateAuthority().caPem, credential: { token } });
  return insecure === undefined ? '' : kubeconfigFor({ server: insecure.url });
}
