/** Every controller, with the resources that it follows. */
import type { DiscoveryMapper } from '@towtank/client';
import type { Controller, ControllerContext } from './controller-context.ts';
import { startCronJobController } from './cronjob/cronjob-controller.ts';
import { startDaemonSetController } from './daemonset/daemonset-controller.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { startEndpointsController } from './endpoints/endpoints-controller.ts';
import { startEndpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { startEndpointSliceMirroringController } from './endpointslicemirroring/endpointslicemirroring-controller.ts';
import { startGarbageCollector } from './garbagecollector/garbage-collector.ts';
import { startJobController } from './job/job-controller.ts';
import { startLoadBalancerController } from './loadbalancer/loadbalancer-controller.ts';
import { startNamespaceController } from './namespace/namespace-controller.ts';
import { startNodeLifecycleController } from './nodelifecycle/nodelifecycle-controller.ts';
import { startDisruptionController } from './poddisruptionbudget/poddisruptionbudget-controller.ts';
import { startPodGarbageCollector } from './podgc/podgc-controller.ts';
import { startReplicaSetController } from './replicaset/replicaset-controller.ts';
import { startReplicationController } from './replicationcontroller/replicationcontroller-controller.ts';
import { startResourceQuotaController } from './resourcequota/resourcequota-controller.ts';
import { startRootCaController } from './rootca/root-ca-controller.ts';
import { startServiceCaController } from './rootca/service-ca-controller.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startServiceAccountController } from './serviceaccount/serviceaccount-controller.ts';
import { type SecretTokenIssuer, startTokenController } from './serviceaccount/token-controller.ts';
import { startServiceCidrController } from './servicecidr/servicecidr-controller.ts';
import { startStatefulSetController } from './statefulset/statefulset-controller.ts';

/** What controllers may be started with. */
export interface ControllerWorld extends ControllerContext {
  readonly mapper: DiscoveryMapper;
  /** Certificate of the authority that signs for the API server; empty where there is none to publish. */
  readonly caPem: string;
  /** Signs tokens for Secrets; rejects where the cluster has nothing to sign with. */
  readonly issueSecretToken: SecretTokenIssuer;
  /** Addresses of load balancers, as IPv4 CIDR; empty where Services get none. */
  readonly loadBalancerCidr: string;
}

/** A controller of the table. */
export interface ControllerRow {
  /** As kube-controller-manager calls it. */
  readonly name: string;
  /**
   * Resources that it reads, as in a path: `v1/pods`, `apps/v1/deployments`. Their informers are in sync when it
   * starts: a controller that acted on half a picture would undo what it cannot see.
   */
  readonly follows: readonly string[];
  readonly start: (world: ControllerWorld) => Controller | Promise<Controller>;
}

/**
 * The controllers, in the order in which they start. Those that start first hear of a change first: slices are what
 * DNS and proxies wait for.
 */
export const CONTROLLERS: readonly ControllerRow[] = [
  {
    name: 'endpointslice-controller',
    follows: ['v1/services', 'v1/pods', 'v1/nodes', 'discovery.k8s.io/v1/endpointslices'],
    start: startEndpointSliceController,
  },
  {
    name: 'endpoints-controller',
    follows: ['v1/services', 'v1/pods', 'v1/endpoints'],
    start: startEndpointsController,
  },
  {
    name: 'endpointslice-mirroring-controller',
    follows: ['v1/services', 'v1/endpoints', 'discovery.k8s.io/v1/endpointslices'],
    start: startEndpointSliceMirroringController,
  },
  {
    name: 'serviceaccount-controller',
    follows: ['v1/namespaces', 'v1/serviceaccounts'],
    start: startServiceAccountController,
  },
  {
    name: 'serviceaccount-token-controller',
    follows: ['v1/secrets', 'v1/serviceaccounts'],
    start: startTokenController,
  },
  {
    name: 'root-ca-certificate-publisher-controller',
    follows: ['v1/namespaces', 'v1/configmaps'],
    start: startRootCaController,
  },
  {
    name: 'service-ca-certificate-publisher-controller',
    follows: ['v1/namespaces', 'v1/configmaps'],
    start: startServiceCaController,
  },
  { name: 'namespace-controller', follows: ['v1/namespaces'], start: startNamespaceController },
  {
    name: 'deployment-controller',
    follows: ['apps/v1/deployments', 'apps/v1/replicasets', 'v1/pods'],
    start: startDeploymentController,
  },
  { name: 'replicaset-controller', follows: ['apps/v1/replicasets', 'v1/pods'], start: startReplicaSetController },
  {
    name: 'replicationcontroller-controller',
    follows: ['v1/replicationcontrollers', 'v1/pods'],
    start: startReplicationController,
  },
  {
    name: 'statefulset-controller',
    follows: ['apps/v1/statefulsets', 'apps/v1/controllerrevisions', 'v1/pods', 'v1/persistentvolumeclaims'],
    start: startStatefulSetController,
  },
  {
    name: 'daemonset-controller',
    follows: ['apps/v1/daemonsets', 'apps/v1/controllerrevisions', 'v1/pods', 'v1/nodes'],
    start: startDaemonSetController,
  },
  { name: 'job-controller', follows: ['batch/v1/jobs', 'v1/pods'], start: startJobController },
  { name: 'cronjob-controller', follows: ['batch/v1/cronjobs', 'batch/v1/jobs'], start: startCronJobController },
  {
    name: 'disruption-controller',
    follows: [
      'policy/v1/poddisruptionbudgets',
      'v1/pods',
      'apps/v1/deployments',
      'apps/v1/replicasets',
      'apps/v1/statefulsets',
      'v1/replicationcontrollers',
    ],
    start: startDisruptionController,
  },
  { name: 'resourcequota-controller', follows: ['v1/resourcequotas'], start: startResourceQuotaController },
  { name: 'node-lifecycle-controller', follows: ['v1/nodes', 'v1/pods'], start: startNodeLifecycleController },
  { name: 'pod-garbage-collector-controller', follows: ['v1/nodes', 'v1/pods'], start: startPodGarbageCollector },
  {
    name: 'service-cidr-controller',
    follows: ['networking.k8s.io/v1/servicecidrs', 'networking.k8s.io/v1/ipaddresses'],
    start: startServiceCidrController,
  },
  { name: 'service-lb-controller', follows: ['v1/services', 'v1/nodes'], start: startLoadBalancerController },
  {
    name: 'default-scheduler',
    follows: ['v1/pods', 'v1/nodes', 'v1/namespaces'],
    start: (world) => startScheduler(world),
  },
  { name: 'garbage-collector-controller', follows: [], start: startGarbageCollector },
];
