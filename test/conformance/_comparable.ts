/** Answers without what no two servers have in common: times, uids, revisions, allocated addresses. */

const VOLATILE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'startTime',
  'completionTime',
  'continue',
  'time',
  'token',
  'expirationTimestamp',
  'firstTimestamp',
  'lastTimestamp',
  'eventTime',
  'renewTime',
  'acquireTime',
  'holderIdentity',
  'remainingItemCount',
  'serverAddressByClientCIDRs',
  'storageVersionHash',
  'pod-template-hash',
  'endpoints.kubernetes.io/last-change-trigger-time',
  'batch.kubernetes.io/controller-uid',
  'controller-uid',
  'controller-revision-hash',
]);

/** Ends of names made of a template's hash, random letters, or both. */
const GENERATED_SUFFIX = /-[bcdfghjklmnpqrstvwxz2456789]{8,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g;

/** A value in the form in which two servers' answers are compared. */
export function comparable(value: unknown, key = ''): unknown {
  if (VOLATILE.has(key) && value !== null && value !== '' && value !== '0') return `<${key}>`;
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item));
    return key === 'managedFields' ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    const generated = 'generateName' in value;
    return Object.fromEntries(
      fields.map(([name, field]) => [name, generated && name === 'name' ? '<generated>' : comparable(field, name)]),
    );
  }
  if (typeof value === 'number' && (key === 'nodePort' || key === 'healthCheckNodePort') && value >= 30_000)
    return '<port>';
  return typeof value === 'string' ? comparableText(value) : value;
}

const comparableText = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, '<time>')
    .replace(/^\d+s$/, '<age>')
    .replace(/^10\.96\.\d+\.\d+$/, '<clusterIP>')
    .replace(GENERATED_SUFFIX, '-<generated>')
    .replace(/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<random>')
    .replace(/in record \(\d+\)/, 'in record (<revision>)');
