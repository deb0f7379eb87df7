/** Which kind has which strategy. */
import { definitionStrategy } from '../customresources/definition/definition-strategy.ts';
import type { Strategy } from '../registry/strategy.ts';
import type { Resource } from '../resources/resource.ts';
import { mutatingBindingStrategy, mutatingPolicyStrategy } from './admission/mutating-policy-strategy.ts';
import { admissionPolicyStrategy, policyBindingStrategy } from './admission/policy-strategy.ts';
import { webhookStrategy } from './admission/webhook-strategy.ts';
import { autoscalerStrategy } from './autoscaling/autoscaler-strategy.ts';
import { signingRequestStrategy } from './certificates/signing-request-strategy.ts';
import { apiServiceStrategy } from './cluster/api-service-strategy.ts';
import { eventStrategy } from './cluster/event-strategy.ts';
import { flowSchemaStrategy } from './cluster/flow-schema-strategy.ts';
import { leaseStrategy } from './cluster/lease-strategy.ts';
import { limitRangeStrategy } from './cluster/limit-range-strategy.ts';
import { nodeStrategy } from './cluster/node-strategy.ts';
import { priorityClassStrategy } from './cluster/priority-class-strategy.ts';
import { priorityLevelStrategy } from './cluster/priority-level-strategy.ts';
import { quotaStrategy } from './cluster/quota-strategy.ts';
import { runtimeClassStrategy } from './cluster/runtime-class-strategy.ts';
import { serviceAccountStrategy } from './cluster/service-account-strategy.ts';
import { configMapStrategy, secretStrategy } from './config-strategies.ts';
import { claimTemplateStrategy, deviceClassStrategy, resourceClaimStrategy } from './devices/claim-strategies.ts';
import { resourceSliceStrategy } from './devices/slice-strategy.ts';
import { endpointSliceStrategy } from './endpoints/endpoint-slice-strategy.ts';
import { endpointsStrategy } from './endpoints/endpoints-strategy.ts';
import { namespaceStrategy } from './namespace-strategy.ts';
import { ingressClassStrategy } from './networking/ingress-class-strategy.ts';
import { ingressStrategy } from './networking/ingress-strategy.ts';
import { ipAddressStrategy, serviceCidrStrategy } from './networking/ip-address-strategy.ts';
import { networkPolicyStrategy } from './networking/network-policy-strategy.ts';
import { podStrategy } from './pods/pod-strategy.ts';
import { disruptionBudgetStrategy } from './policy/disruption-budget-strategy.ts';
import { claimStrategy } from './storage/claim-strategy.ts';
import {
  attachmentStrategy,
  csiDriverStrategy,
  csiNodeStrategy,
  csiStorageCapacityStrategy,
} from './storage/csi-strategies.ts';
import { attributesClassStrategy, storageClassStrategy } from './storage/storage-class-strategy.ts';
import { volumeStrategy } from './storage/volume-strategy.ts';
import { controllerRevisionStrategy, podTemplateStrategy } from './workloads/controller-revision-strategy.ts';
import { cronJobStrategy } from './workloads/cron-job-strategy.ts';
import { daemonSetStrategy } from './workloads/daemon-set-strategy.ts';
import { deploymentStrategy } from './workloads/deployment-strategy.ts';
import { jobStrategy } from './workloads/job-strategy.ts';
import { replicaSetStrategy } from './workloads/replica-set-strategy.ts';
import { replicationControllerStrategy } from './workloads/replication-controller-strategy.ts';
import { statefulSetStrategy } from './workloads/stateful-set-strategy.ts';

/** Strategies by `resource`, or `resource.group` outside the core group. */
export type StrategyTable = Readonly<Record<string, Strategy>>;

const NO_RULES: Strategy = {};

/** The strategies that keep no state of their own. */
export const STATELESS_STRATEGIES: StrategyTable = {
  configmaps: configMapStrategy,
  'controllerrevisions.apps': controllerRevisionStrategy,
  'cronjobs.batch': cronJobStrategy,
  'certificatesigningrequests.certificates.k8s.io': signingRequestStrategy,
  'csidrivers.storage.k8s.io': csiDriverStrategy,
  'csinodes.storage.k8s.io': csiNodeStrategy,
  'csistoragecapacities.storage.k8s.io': csiStorageCapacityStrategy,
  'customresourcedefinitions.apiextensions.k8s.io': definitionStrategy,
  'daemonsets.apps': daemonSetStrategy,
  'deployments.apps': deploymentStrategy,
  'deviceclasses.resource.k8s.io': deviceClassStrategy,
  endpoints: endpointsStrategy,
  'endpointslices.discovery.k8s.io': endpointSliceStrategy,
  events: eventStrategy,
  'horizontalpodautoscalers.autoscaling': autoscalerStrategy,
  'ingressclasses.networking.k8s.io': ingressClassStrategy,
  'ingresses.networking.k8s.io': ingressStrategy,
  'ipaddresses.networking.k8s.io': ipAddressStrategy,
  'jobs.batch': jobStrategy,
  'leases.coordination.k8s.io': leaseStrategy,
  limitranges: limitRangeStrategy,
  namespaces: namespaceStrategy,
  'networkpolicies.networking.k8s.io': networkPolicyStrategy,
  nodes: nodeStrategy,
  persistentvolumeclaims: claimStrategy,
  persistentvolumes: volumeStrategy,
  'poddisruptionbudgets.policy': disruptionBudgetStrategy,
  pods: podStrategy,
  podtemplates: podTemplateStrategy,
  'priorityclasses.scheduling.k8s.io': priorityClassStrategy,
  'replicasets.apps': replicaSetStrategy,
  replicationcontrollers: replicationControllerStrategy,
  'resourceclaims.resource.k8s.io': resourceClaimStrategy,
  'resourceclaimtemplates.resource.k8s.io': claimTemplateStrategy,
  resourcequotas: quotaStrategy,
  'resourceslices.resource.k8s.io': resourceSliceStrategy,
  'runtimeclasses.node.k8s.io': runtimeClassStrategy,
  secrets: secretStrategy,
  serviceaccounts: serviceAccountStrategy,
  'servicecidrs.networking.k8s.io': serviceCidrStrategy,
  'statefulsets.apps': statefulSetStrategy,
  'storageclasses.storage.k8s.io': storageClassStrategy,
  'apiservices.apiregistration.k8s.io': apiServiceStrategy,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchemaStrategy,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': mutatingPolicyStrategy,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': mutatingBindingStrategy,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookStrategy,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevelStrategy,
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicyStrategy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBindingStrategy,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookStrategy,
  'volumeattachments.storage.k8s.io': attachmentStrategy,
  'volumeattributesclasses.storage.k8s.io': attributesClassStrategy,
};

/** The hooks of a kind; a kind without any is served from the schema table alone. */
export const strategyFor = ({ group, resource }: Resource, table: StrategyTable): Strategy =>
  table[group === '' ? resource : `${resource}.${group}`] ?? NO_RULES;
