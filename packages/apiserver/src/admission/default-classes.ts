/** Claims and Ingresses that name no class get the default one of the cluster. */
import type { KubeObject } from '@towtank/apimachinery';
import type { ObjectReader } from '../storage/object-reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout, refusal } from './admission-refusal.ts';

const DEFAULT_STORAGE = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const DEFAULT_INGRESS = 'ingressclass.kubernetes.io/is-default-class';
const OLD_STORAGE_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const OLD_INGRESS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Gives new PersistentVolumeClaims the default StorageClass: of several, the newest. */
export const defaultStorageClass = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'DefaultStorageClass',
  admit(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' || object?.spec === undefined || !isAbout(attributes, 'persistentvolumeclaims')) return;
    const old = object.metadata.annotations?.[OLD_STORAGE_ANNOTATION];
    if (object.spec.storageClassName !== undefined || old !== undefined) return;
    const classes = reader.list('storage.k8s.io/storageclasses');
    const [newest] = classes.filter((candidate) => isMarked(candidate, DEFAULT_STORAGE)).sort(byAge);
    if (newest !== undefined) object.spec.storageClassName = newest.metadata.name;
  },
});

/** Gives new Ingresses the default IngressClass. */
export const defaultIngressClass = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'DefaultIngressClass',
  admit(attributes) {
    const { operation, object, resource, subresource } = attributes;
    if (resource.group !== 'networking.k8s.io' || resource.resource !== 'ingresses' || subresource !== '') return;
    if (operation !== 'CREATE' || object?.spec === undefined || object.spec.ingressClassName !== undefined) return;
    if (object.metadata.annotations?.[OLD_INGRESS_ANNOTATION] !== undefined) return;
    const classes = reader.list('networking.k8s.io/ingressclasses');
    const marked = classes.filter((candidate) => isMarked(candidate, [DEFAULT_INGRESS])).sort(byAge);
    if (marked[0] !== undefined) object.spec.ingressClassName = marked[0].metadata.name;
  },
});

/** Refuses to grow claims whose class does not allow it. */
export const claimResize = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  validate(attributes) {
    const { operation, object, oldObject } = attributes;
    if (operation !== 'UPDATE' || !isAbout(attributes, 'persistentvolumeclaims')) return;
    const asked = object?.spec?.resources?.requests?.storage;
    if (asked === oldObject?.spec?.resources?.requests?.storage || oldObject?.status?.phase !== 'Bound') return;
    const name: string | undefined = oldObject.spec.storageClassName;
    const storageClass = name ? reader.get('storage.k8s.io/storageclasses', name) : undefined;
    if (storageClass?.allowVolumeExpansion === true) return;
    throw refusal(
      attributes,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
});

const isMarked = ({ metadata }: KubeObject, annotations: readonly string[]): boolean =>
  annotations.some((annotation) => metadata.annotations?.[annotation] === 'true');

/** The newest first; of two of the same second, the first by name. */
function byAge(a: KubeObject, b: KubeObject): number {
  const [one, other] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (one !== other) return one > other ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
