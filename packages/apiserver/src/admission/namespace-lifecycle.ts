/** Objects live in namespaces that exist, and none begins in one that ends. */
import { notFound, StatusError } from '@towtank/apimachinery';
import type { ObjectReader } from '../storage/object-reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { refusal } from './admission-refusal.ts';

/** Refuses writes into a missing namespace (404) and new objects in a terminating one (403). */
export const namespaceLifecycle = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'NamespaceLifecycle',
  admit(attributes) {
    const { operation, resource, namespace } = attributes;
    if (operation === 'DELETE' || operation === 'CONNECT' || !resource.namespaced || namespace === '') return;
    const found = reader.get('namespaces', namespace);
    if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    if (operation !== 'CREATE' || found.status?.phase !== 'Terminating') return;
    const { code, reason, message, details } = refusal(
      attributes,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    };
    throw new StatusError(code, reason, message, { details: { ...details, causes: [cause] } });
  },
});
