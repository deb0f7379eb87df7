/** The service CA publisher: every namespace has a config map for the authority that signs for its Services. */
import type { Controller, ControllerContext } from '../controller-context.ts';
import { startConfigMapPublisher } from './config-map-publisher.ts';

/** Starts the controller. It leaves the content to whoever answers the annotation. Its informers must have synced. */
export const startServiceCaController = (context: ControllerContext): Controller =>
  startConfigMapPublisher(context, {
    controller: 'service-ca-certificate-publisher-controller',
    name: 'openshift-service-ca.crt',
    annotations: { 'service.beta.openshift.io/inject-cabundle': 'true' },
    data: { 'service-ca.crt': '' },
    keepsChanges: true,
  });
