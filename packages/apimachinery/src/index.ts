/** Kubernetes objects, errors, selectors, quantities, IP addresses, clock and seeded randomness. */
export { Activity } from './activity.ts';
export {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  internalError,
  invalid,
  methodNotAllowed,
  notAcceptable,
  notFound,
  requestEntityTooLarge,
  resourceNotFound,
  serviceUnavailable,
  timedOut,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from './api-errors.ts';
export { type Clock, delay, formatMicroTime, formatTime, realClock, type Timer } from './clock.ts';
export { FakeClock } from './fake-clock.ts';
export {
  duplicate,
  type FieldError,
  forbiddenField,
  formatBadValue,
  formatFieldErrors,
  goJson,
  internalFieldError,
  invalidValue,
  notFoundField,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts';
export { type FieldRequirement, parseFieldSelector } from './field-selector.ts';
export {
  formatGroupResource,
  formatGroupVersion,
  type GroupResource,
  type GroupVersionKind,
  type GroupVersionResource,
  parseGroupVersion,
} from './group-version.ts';
export {
  canonicalIp,
  canonicalLegacyIp,
  formatIp,
  type IpFamily,
  ipFamilyOf,
  ipVersionOf,
  parseIp,
} from './ip-address.ts';
export {
  formatCidr,
  type IpRange,
  ipToNumber,
  numberToIp,
  parseCidr,
  rangeContains,
  rangeCovers,
  rangesOverlap,
} from './ip-range.ts';
export {
  cidrErrors,
  cidrWarnings,
  ipErrors,
  ipWarnings,
  isDualStack,
  legacyCidrErrors,
  legacyIpErrors,
  specialIpErrors,
} from './ip-validation.ts';
export {
  type KubeList,
  type KubeObject,
  type ListMeta,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  objectKey,
} from './kube-object.ts';
export {
  formatLabelSelector,
  type LabelSelector,
  type Labels,
  matchesLabels,
  matchesMap,
  type Requirement,
  requirementsOf,
  selects,
} from './label-selector.ts';
export {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
  pathSegmentErrors,
} from './name-validation.ts';
export { parseLabelSelector } from './parse-label-selector.ts';
export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QUANTITY_PATTERN_MESSAGE,
  type Quantity,
  type QuantityFormat,
  quantityError,
} from './quantity.ts';
export { quote } from './quote.ts';
export { type Random, seededRandom } from './random.ts';
export {
  hasReason,
  isStatusError,
  type Status,
  type StatusCause,
  type StatusDetails,
  StatusError,
  statusErrorFrom,
} from './status-error.ts';
export type {
  ApiRequest,
  ApiResponse,
  BytesResponse,
  EncodedEvent,
  FlowHeaders,
  ObjectResponse,
  StreamResponse,
  Transport,
  UserInfo,
  Watch,
  WatchEvent,
  WatchResponse,
  WatchSink,
} from './transport.ts';
