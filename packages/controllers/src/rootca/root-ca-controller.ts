/** The root CA publisher: every namespace has a config map with the authority that signs for the API server. */
import type { Controller, ControllerContext } from '../controller-context.ts';
import { startConfigMapPublisher } from './config-map-publisher.ts';

const ANNOTATIONS = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
    'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes ' +
    'clusters.',
};

/** What the publisher works with. */
export interface RootCaOptions extends ControllerContext {
  /** The authority's certificate. */
  readonly caPem: string;
}

/** Starts the controller. Its informers must have synced. */
export const startRootCaController = ({ caPem, ...context }: RootCaOptions): Controller =>
  startConfigMapPublisher(context, {
    controller: 'root-ca-certificate-publisher-controller',
    name: 'kube-root-ca.crt',
    annotations: ANNOTATIONS,
    data: { 'ca.crt': caPem },
    keepsChanges: false,
  });
