/** How extension API servers learn which authority client certificates come from. */
import type { BootstrapObject } from './bootstrap-objects.ts';

/** ConfigMap `kube-system/extension-apiserver-authentication`. */
export const authenticationConfigMap = (clientCaPem: string): BootstrapObject => ({
  prefix: 'configmaps',
  key: 'kube-system/extension-apiserver-authentication',
  object: {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
    data: { 'client-ca-file': clientCaPem },
  },
});
