/** Services: addresses and ports are allocated with the write and released with the object. */
import { dns1123LabelErrors, type KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { isHeadless, type Service } from './service.ts';
import { allocateForCreate, allocateForUpdate, releaseAll, type ServiceAllocators } from './service-allocation.ts';
import { setServiceDefaults } from './service-defaults.ts';
import { dropTypeDependentFields, fillClusterIps, keepAllocated } from './service-normalisation.ts';
import { serviceWarnings } from './service-warnings.ts';
import { serviceErrors, serviceStatusErrors } from './validate-service.ts';

const asService = (object: KubeObject): Service => object as Service;

/** The strategy of Services of one cluster. */
export const createServiceStrategy = (allocators: ServiceAllocators): Strategy => ({
  nameErrors: dns1123LabelErrors,
  allowCreateOnUpdate: true,
  returnsDeletedObject: true,
  setDefaults(object) {
    object.spec ??= {};
    setServiceDefaults(asService(object));
  },
  async begin(object, old, context) {
    const service = asService(object);
    if (old === undefined) {
      fillClusterIps(service);
      return await allocateForCreate(service, allocators, context);
    }
    keepAllocated(service, asService(old));
    return await allocateForUpdate(service, asService(old), allocators, context);
  },
  prepareForCreate(object) {
    if (Object.keys(object.spec.selector ?? {}).length === 0) delete object.spec.selector;
    object.status = { loadBalancer: {} };
  },
  prepareForUpdate(object, old, { subresource }) {
    const service = asService(object);
    if (subresource !== '') return;
    dropTypeDependentFields(service, asService(old));
    if (service.spec.type !== 'LoadBalancer' && service.status?.loadBalancer !== undefined)
      service.status.loadBalancer = {};
  },
  validate: (object) => serviceErrors(asService(object), undefined),
  validateUpdate: (object, old) => serviceErrors(asService(object), asService(old)),
  validateStatusUpdate: (object, old) => serviceStatusErrors(asService(object), asService(old)),
  warnings: (object) => serviceWarnings(asService(object)),
  afterDelete: (object) => releaseAll(asService(object), allocators),
  selectableField(object, field) {
    if (field === 'spec.clusterIP') return isHeadless(asService(object)) ? 'None' : (object.spec.clusterIP ?? '');
    return undefined;
  },
});
