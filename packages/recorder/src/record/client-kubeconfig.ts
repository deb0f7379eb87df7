/** A kubeconfig for clients of a server on loopback. */

/** What a client needs. */
export interface ClientKubeconfigOptions {
  readonly server: string;
  readonly namespace?: string | undefined;
}

/** The kubeconfig as text: JSON, which is YAML too. Without leave to skip TLS @kubernetes/client-node refuses plain HTTP. */
export function clientKubeconfig({ server, namespace }: ClientKubeconfigOptions): string {
  const context = { cluster: 'towtank', user: 'towtank', ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'towtank', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'towtank', user: {} }],
    contexts: [{ name: 'towtank', context }],
    'current-context': 'towtank',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
