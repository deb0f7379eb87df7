/** What kinds of resources there are, by name. */
import { labelKeyErrors } from '@towtank/apimachinery';

const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const COUNTED = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const STANDARD = new Set([
  ...CONTAINER,
  ...COUNTED,
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);
const QUOTA = new Set([...STANDARD, 'requests.storage']);
QUOTA.delete('storage');

/** `hugepages-2Mi` and the like. */
export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-');

/** A name that stands without a prefix. */
export const isStandardResource = (name: string): boolean =>
  STANDARD.has(name) || isQuotaHugePages(name) || name === 'requests.storage';

/** A resource that containers use. */
export const isContainerResource = (name: string): boolean => CONTAINER.has(name) || isHugePages(name);

/** A resource that quotas limit. */
export const isQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name);

/** A resource of Kubernetes' own: no prefix, or one that ends in `kubernetes.io/`. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** A resource of somebody else's, in the form that quotas can count. */
export const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && labelKeyErrors(`requests.${name}`).length === 0;

/** A resource that is counted in whole numbers. */
export const isIntegerResource = (name: string): boolean => COUNTED.has(name) || isExtendedResource(name);

/** A resource of which more may be promised than there is. */
export const mayOvercommit = (name: string): boolean => isNativeResource(name) && !isHugePages(name);
