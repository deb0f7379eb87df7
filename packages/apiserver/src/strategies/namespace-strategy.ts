/** Namespaces: held by `spec.finalizers` until their contents are gone. */
import {
  dns1123LabelErrors,
  type FieldError,
  forbidden,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
} from '@towtank/apimachinery';
import { checkFinalizerDomain } from '../registry/object-meta-rules.ts';
import type { Strategy } from '../registry/strategy.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const UNDELETABLE = new Set(['default', 'kube-system', 'kube-public']);

/** Each finalizer is a name with a domain, or one of Kubernetes' own. */
function finalizerErrors({ spec }: KubeObject, fieldOf: (index: number) => string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, finalizer] of ((spec?.finalizers ?? []) as readonly string[]).entries()) {
    const field = fieldOf(index);
    for (const message of labelKeyErrors(finalizer)) errors.push(invalidValue(field, finalizer, message));
    checkFinalizerDomain(errors, field, finalizer);
  }
  return errors;
}

/** The strategy of Namespaces. */
export const namespaceStrategy: Strategy = {
  nameErrors: dns1123LabelErrors,
  setDefaults(namespace) {
    if (namespace.metadata.name)
      namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name };
  },
  prepareForCreate(namespace) {
    namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name ?? '' };
    const finalizers: string[] = namespace.spec?.finalizers ?? [];
    namespace.spec = {
      ...namespace.spec,
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    };
    namespace.status = { phase: 'Active' };
  },
  prepareForUpdate(namespace, old, { subresource }) {
    if (subresource === 'finalize') {
      namespace.status = structuredClone(old.status);
      namespace.metadata.finalizers = structuredClone(old.metadata.finalizers) ?? [];
      if (namespace.metadata.finalizers.length === 0) delete namespace.metadata.finalizers;
    } else namespace.spec = structuredClone(old.spec);
  },
  validate: (namespace) => finalizerErrors(namespace, () => 'spec.finalizers'),
  validateUpdate: (namespace, _, { subresource }) =>
    subresource === 'finalize' ? finalizerErrors(namespace, (index) => `spec.finalizers[${index}]`) : [],
  validateStatusUpdate({ metadata, status }) {
    const deleting = metadata.deletionTimestamp !== undefined;
    const phase = status?.phase ?? '';
    if (phase === (deleting ? 'Terminating' : 'Active')) return [];
    const why = deleting
      ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
      : "may only be 'Active' if `deletionTimestamp` is empty";
    return [invalidValue('status.Phase', phase, why)];
  },
  holdsDeletion: (namespace) => (namespace.spec?.finalizers ?? []).length > 0,
  prepareForDelete(namespace) {
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },
  checkDelete({ metadata }: KubeObject, { resource }) {
    if (UNDELETABLE.has(metadata.name ?? ''))
      throw forbidden(resource, metadata.name ?? '', 'this namespace may not be deleted');
  },
};
