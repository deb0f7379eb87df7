/**
 * Which optional fields of the built-in types tell "absent" from "empty". The published types do not say it, the wire
 * does: an optional `false` is written back where the field is nullable in the API's own types, and dropped elsewhere.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Optional scalars that keep a zero value, by field name: nullable wherever the name occurs. */
const NULLABLE_NAMES = words(`
  $ref acquireTime activeDeadlineSeconds adminAccess allNodes allocateLoadBalancerNodePorts allocationTimestamp
  allowMultipleAllocations allowPrivilegeEscalation allowVolumeExpansion appProtocol attachRequired
  automountServiceAccountToken averageUtilization backoffLimit backoffLimitPerIndex bindsToNode blockOwnerDeletion
  bool borrowingLimitPercent cachingMode capacity capacityKey collisionCount completionMode completionTime completions
  creationTimestamp currentCPUUtilizationPercentage currentVolumeAttributesClassName defaultMode
  deletionGracePeriodSeconds deletionTimestamp deprecationWarning distinctAttribute enableServiceLinks endPort
  endpointsNamespace errorCode expirationSeconds extendedResourceName failedIndexes failedJobsHistoryLimit
  failurePolicy fsGroup fsGroupChangePolicy fsGroupPolicy gmsaCredentialSpec gmsaCredentialSpecName
  gracePeriodSeconds holderIdentity hostProcess hostUsers hostnameOverride ignoreStoreReadErrorWithClusterBreakingPotential
  immutable ingressClassName initiatorName int internalTrafficPolicy ipFamilyPolicy ipMode labelSelectorPath
  lastPhaseTransitionTime lastScaleTime lastScheduleTime lastSuccessfulTime leaseDurationSeconds leaseTransitions
  lendablePercent loadBalancerClass localhostProfile lun managedBy manualSelector matchAttribute matchPolicy
  maxExpirationSeconds maxFailedIndexes maxItems maxLength maxProperties maximum minDomains minItems minLength
  minProperties minReplicas minimum mode mountPropagation multipleOf nodeAffinityPolicy
  nodeAllocatableUpdatePeriodSeconds nodeTaintsPolicy nominalConcurrencyShares optional optionalOldSelf
  orphanDependents parallelism parameterNotFoundAction pathType perDeviceNodeSelection persistentVolumeName
  podGroupName podInfoOnMount podReplacementPolicy port preemptionPolicy preferredHolder
  preventPodSchedulingIfMissing privileged procMount progressDeadlineSeconds propagationPolicy readOnlyRootFilesystem
  ready reclaimPolicy recursiveReadOnly recursiveReadOnlyMounts remainingItemCount renewTime requiresRepublish
  resourceClaimName resourceClaimTemplateName revisionHistoryLimit runAsGroup runAsNonRoot runAsUser runAsUserName
  runtimeClassName scope seLinuxChangePolicy seLinuxMount secretNamespace selectPolicy service
  serviceAccountTokenInSecrets serving setHostnameAsFQDN shareID shareProcessNamespace sideEffects
  stabilizationWindowSeconds startTime started startingDeadlineSeconds stopSignal storageCapacity strategy string
  succeededCount succeededIndexes successfulJobsHistoryLimit supplementalGroupsPolicy suspend
  targetCPUUtilizationPercentage terminating terminatingReplicas terminationGracePeriodSeconds timeAdded timeZone
  tolerationSeconds trafficDistribution ttlSecondsAfterFinished unhealthyPodEvictionPolicy userNamespaces
  volumeAttributesClassName volumeBindingMode volumeMode x-kubernetes-list-type x-kubernetes-map-type
  x-kubernetes-preserve-unknown-fields zone`);

/** The same for names that are nullable in some types only. */
const NULLABLE_FIELDS = words(`
  AzureDiskVolumeSource.kind MutatingWebhook.reinvocationPolicy MutatingWebhook.timeoutSeconds
  ValidatingWebhook.timeoutSeconds ClientIPConfig.timeoutSeconds ClusterTrustBundleProjection.name
  discovery.v1.EndpointPort.name TypedObjectReference.namespace IngressClassParametersReference.namespace
  admissionregistration.v1.ServiceReference.path apiextensions.v1.ServiceReference.path
  HorizontalPodAutoscalerStatus.observedGeneration ResourceHealth.message Validation.reason ValidationRule.reason
  WebhookClientConfig.url HostPathVolumeSource.type DeploymentSpec.replicas ReplicaSetSpec.replicas
  StatefulSetSpec.replicas ReplicationControllerSpec.replicas RollingUpdateStatefulSetStrategy.partition
  Preconditions.uid Preconditions.resourceVersion PortStatus.error IngressPortStatus.error DeviceAttribute.version
  PodFailurePolicyOnExitCodesRequirement.containerName AzureDiskVolumeSource.fsType CSIVolumeSource.fsType
  LocalVolumeSource.fsType AzureDiskVolumeSource.readOnly CSIVolumeSource.readOnly
  ClusterTrustBundleProjection.signerName Container.restartPolicy EphemeralContainer.restartPolicy
  discovery.v1.EndpointPort.protocol NetworkPolicyPort.protocol Endpoint.hostname EndpointAddress.nodeName
  Endpoint.nodeName resource.v1.Device.nodeName ResourceSliceSpec.nodeName PodDNSConfigOption.value
  VolumeNodeResources.count PersistentVolumeClaimSpec.storageClassName PodSpec.priority
  TypedLocalObjectReference.apiGroup TypedObjectReference.apiGroup IngressClassParametersReference.apiGroup
  OwnerReference.controller ManagedFieldsEntry.time`);

/** Fields that are always written, as null when they are empty. */
const NULL_WHEN_EMPTY = words(`
  MutatingWebhook.sideEffects MutatingWebhook.admissionReviewVersions ValidatingWebhook.sideEffects
  ValidatingWebhook.admissionReviewVersions ControllerRevision.data DaemonSetSpec.selector DeploymentSpec.selector
  ReplicaSetSpec.selector StatefulSetSpec.selector TokenRequestSpec.audiences TokenRequestSpec.expirationSeconds
  TokenRequestSpec.boundObjectRef NonResourceRule.verbs ResourceRule.verbs SubjectRulesReviewStatus.resourceRules
  SubjectRulesReviewStatus.nonResourceRules autoscaling.v2.HorizontalPodAutoscalerStatus.currentMetrics
  PodFailurePolicy.rules PodFailurePolicyOnExitCodesRequirement.values SuccessPolicy.rules
  CertificateSigningRequestSpec.request AzureFilePersistentVolumeSource.secretNamespace
  CephFSPersistentVolumeSource.monitors CephFSVolumeSource.monitors ContainerImage.names GRPCAction.service
  LimitRangeSpec.limits NodeAllocatableResourceClaimStatus.resources NodeSelector.nodeSelectorTerms
  PodExtendedResourceClaimStatus.requestMappings PodSpec.containers ProjectedVolumeSource.sources
  RBDPersistentVolumeSource.monitors RBDVolumeSource.monitors ScaleIOPersistentVolumeSource.secretRef
  ScaleIOVolumeSource.secretRef TopologySelectorLabelRequirement.values TypedLocalObjectReference.apiGroup
  TypedObjectReference.apiGroup Endpoint.addresses EndpointSlice.endpoints EndpointSlice.ports
  LimitedPriorityLevelConfiguration.nominalConcurrencyShares NonResourcePolicyRule.verbs
  NonResourcePolicyRule.nonResourceURLs PolicyRulesWithSubjects.subjects ResourcePolicyRule.verbs
  ResourcePolicyRule.apiGroups ResourcePolicyRule.resources ResourcePolicyRule.namespaces HTTPIngressPath.pathType
  HTTPIngressRuleValue.paths IngressClassParametersReference.scope ClusterRole.rules PolicyRule.verbs Role.rules
  AllocatedDeviceStatus.conditions DeviceClaim.requests OpaqueDeviceConfiguration.parameters
  CSINodeDriver.topologyKeys CSINodeSpec.drivers CustomResourceDefinitionSpec.versions
  CustomResourceDefinitionStatus.conditions CustomResourceDefinitionStatus.storedVersions
  WebhookConversion.conversionReviewVersions APIGroup.versions APIResource.verbs`);

/** Quantities and int-or-strings that are always written. */
const ZERO_WHEN_ABSENT = words(`
  HTTPGetAction.port ResourceFieldSelector.divisor ServicePort.targetPort TCPSocketAction.port Counter.value
  DeviceCapacity.value`);

/** Scalars whose published default is an empty value that is nevertheless not written. */
const DROPPED_ZERO = words(`
  ScaleSpec.replicas ConfigMapEnvSource.name ConfigMapKeySelector.name ConfigMapProjection.name
  ConfigMapVolumeSource.name LocalObjectReference.name ReplicationControllerSpec.minReadySeconds SecretEnvSource.name
  SecretKeySelector.name SecretProjection.name AzureDiskVolumeSource.readOnly FileKeySelector.optional
  GRPCAction.service`);

const names = (set: ReadonlySet<string>, type: string, field: string): boolean => {
  const [kind = '', version = '', group = ''] = type.split('.').reverse();
  return set.has(`${kind}.${field}`) || set.has(`${group}.${version}.${kind}.${field}`);
};

/** An empty list of managers is a request to forget them, so it must not be mistaken for no list. */
export const keepsEmptyList = (type: string, field: string): boolean =>
  field === 'managedFields' && type.endsWith('.ObjectMeta');

/** Whether an optional scalar or time keeps its zero value, and is absent (not null) when it is not set. */
export const keepsZero = (type: string, field: string): boolean =>
  NULLABLE_NAMES.has(field) || names(NULLABLE_FIELDS, type, field);

/** Whether the field is written as null when it is empty. */
export const isNullWhenEmpty = (type: string, field: string): boolean => names(NULL_WHEN_EMPTY, type, field);

/** Whether a quantity or int-or-string field is written as zero when it is absent. */
export const isZeroWhenAbsent = (type: string, field: string): boolean => names(ZERO_WHEN_ABSENT, type, field);

/** Whether a zero default of the field is not a sign that the field is always written. */
export const isDroppedZero = (type: string, field: string): boolean => names(DROPPED_ZERO, type, field);
