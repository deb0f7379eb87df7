/** How extension API servers learn which front end to trust. */
import type { KubeObject } from '@towtank/apimachinery';

/** ConfigMap `kube-system/extension-apiserver-authentication`: the authority that client certificates come from. */
export const authenticationConfigMap = (clientCaPem: string): KubeObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: { 'client-ca-file': clientCaPem },
});
