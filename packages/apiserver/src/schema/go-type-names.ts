/** The names that types have in the messages of the real API server's decoder. */
import type { Schema } from './schema-table.ts';

const pairs = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split('=') as [string, string]),
  );

/** Scalars with a type of their own, by field name or by type and field. */
const NAMED_SCALARS = pairs(`
  matchPolicy=v1.MatchPolicyType failurePolicy=v1.FailurePolicyType reinvocationPolicy=v1.ReinvocationPolicyType
  sideEffects=v1.SideEffectClass patchType=v1.PatchType operations=v1.OperationType
  NamedRuleWithOperations.scope=v1.ScopeType RuleWithOperations.scope=v1.ScopeType
  CustomResourceDefinitionSpec.scope=v1.ResourceScope parameterNotFoundAction=v1.ParameterNotFoundActionType
  validationActions=v1.ValidationAction Validation.reason=v1.StatusReason ValidationRule.reason=v1.FieldValueErrorReason
  status=v1.ConditionStatus Status.status=string ModifyVolumeStatus.status=v1.PersistentVolumeClaimModifyVolumeStatus
  whenDeleted=v1.PersistentVolumeClaimRetentionPolicyType whenScaled=v1.PersistentVolumeClaimRetentionPolicyType
  podManagementPolicy=v1.PodManagementPolicyType uid=types.UID UserInfo.uid=string
  SubjectAccessReviewSpec.uid=string CertificateSigningRequestSpec.uid=string selectPolicy=v2.ScalingPolicySelect
  concurrencyPolicy=v1.ConcurrencyPolicy completionMode=v1.CompletionMode
  podReplacementPolicy=v1.PodReplacementPolicy usages=v1.KeyUsage CSIPersistentVolumeSource.usages=string
  NodeSelectorRequirement.operator=v1.NodeSelectorOperator Toleration.operator=v1.TolerationOperator
  LabelSelectorRequirement.operator=v1.LabelSelectorOperator DeviceToleration.operator=v1.DeviceTolerationOperator
  FieldSelectorRequirement.operator=v1.FieldSelectorOperator
  ScopedResourceSelectorRequirement.operator=v1.ScopeSelectorOperator
  PodFailurePolicyOnExitCodesRequirement.operator=v1.PodFailurePolicyOnExitCodesOperator
  PodFailurePolicyRule.action=v1.PodFailurePolicyAction LeaseSpec.strategy=v1.CoordinatedLeaseStrategy
  CustomResourceConversion.strategy=v1.ConversionStrategyType add=v1.Capability drop=v1.Capability
  PodSpec.restartPolicy=v1.RestartPolicy Container.restartPolicy=v1.ContainerRestartPolicy
  EphemeralContainer.restartPolicy=v1.ContainerRestartPolicy
  ContainerResizePolicy.restartPolicy=v1.ResourceResizeRestartPolicy
  terminationMessagePolicy=v1.TerminationMessagePolicy imagePullPolicy=v1.PullPolicy pullPolicy=v1.PullPolicy
  protocol=v1.Protocol resourceName=v1.ResourceName stopSignal=v1.Signal medium=v1.StorageMedium
  scheme=v1.URIScheme ipMode=v1.LoadBalancerIPMode NamespaceSpec.finalizers=v1.FinalizerName
  PodStatus.phase=v1.PodPhase NamespaceStatus.phase=v1.NamespacePhase NodeStatus.phase=v1.NodePhase
  PersistentVolumeClaimStatus.phase=v1.PersistentVolumeClaimPhase PersistentVolumeStatus.phase=v1.PersistentVolumePhase
  accessModes=v1.PersistentVolumeAccessMode volumeMode=v1.PersistentVolumeMode
  persistentVolumeReclaimPolicy=v1.PersistentVolumeReclaimPolicy reclaimPolicy=v1.PersistentVolumeReclaimPolicy
  conditionType=v1.PodConditionType supplementalGroupsPolicy=v1.SupplementalGroupsPolicy
  fsGroupChangePolicy=v1.PodFSGroupChangePolicy seLinuxChangePolicy=v1.PodSELinuxChangePolicy dnsPolicy=v1.DNSPolicy
  preemptionPolicy=v1.PreemptionPolicy qosClass=v1.PodQOSClass resize=v1.PodResizeStatus scopes=v1.ResourceQuotaScope
  scopeName=v1.ResourceQuotaScope procMount=v1.ProcMountType sessionAffinity=v1.ServiceAffinity
  externalTrafficPolicy=v1.ServiceExternalTrafficPolicy ipFamilies=v1.IPFamily ipFamilyPolicy=v1.IPFamilyPolicy
  internalTrafficPolicy=v1.ServiceInternalTrafficPolicy effect=v1.TaintEffect
  whenUnsatisfiable=v1.UnsatisfiableConstraintAction nodeAffinityPolicy=v1.NodeInclusionPolicy
  nodeTaintsPolicy=v1.NodeInclusionPolicy recursiveReadOnly=v1.RecursiveReadOnlyMode
  mountPropagation=v1.MountPropagationMode addressType=v1.AddressType pathType=v1.PathType policyTypes=v1.PolicyType
  unhealthyPodEvictionPolicy=v1.UnhealthyPodEvictionPolicyType volumeLifecycleModes=v1.VolumeLifecycleMode
  fsGroupPolicy=v1.FSGroupPolicy volumeBindingMode=v1.VolumeBindingMode propagationPolicy=v1.DeletionPropagation
  operation=v1.ManagedFieldsOperationType ServiceSpec.type=v1.ServiceType Secret.type=v1.SecretType
  PodOS.name=v1.OSName DeploymentStrategy.type=v1.DeploymentStrategyType
  DaemonSetUpdateStrategy.type=v1.DaemonSetUpdateStrategyType
  StatefulSetUpdateStrategy.type=v1.StatefulSetUpdateStrategyType HostPathVolumeSource.type=v1.HostPathType
  LimitRangeItem.type=v1.LimitType MetricSpec.type=v2.MetricSourceType MetricTarget.type=v2.MetricTargetType
  PodCondition.type=v1.PodConditionType NodeCondition.type=v1.NodeConditionType
  DeploymentCondition.type=v1.DeploymentConditionType JobCondition.type=v1.JobConditionType
  NamespaceCondition.type=v1.NamespaceConditionType NodeAddress.type=v1.NodeAddressType
  SeccompProfile.type=v1.SeccompProfileType AppArmorProfile.type=v1.AppArmorProfileType`);

/** Maps of quantities that Go names. */
const RESOURCE_LISTS = new Set(
  'allocatable allocatedResources capacity default defaultRequest hard limits max maxLimitRequestRatio min overhead podFixed requests used'.split(
    ' ',
  ),
);

/** `v1.PodSpec` for `io.k8s.api.core.v1.PodSpec`. */
export const shortGoName = (name: string): string => name.split('.').slice(-2).join('.');

/** The name of an inline scalar's or map's own type; empty when it has none. */
export function goTypeOf(schema: Schema, owner: string, field: string): string {
  if (owner === '') return '';
  if (schema.type === 'object') {
    const isResourceList = owner.startsWith('io.k8s.api.core.') && RESOURCE_LISTS.has(field);
    return isResourceList ? 'v1.ResourceList' : '';
  }
  if (schema.type !== 'string') return '';
  return NAMED_SCALARS.get(`${shortGoName(owner).split('.')[1]}.${field}`) ?? NAMED_SCALARS.get(field) ?? '';
}
