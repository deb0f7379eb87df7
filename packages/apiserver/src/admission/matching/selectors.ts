/** Which namespaces and objects webhooks and policies select. */
import { type KubeObject, type LabelSelector, notFound, selects } from '@towtank/apimachinery';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { namespaceOf } from './resource-rules.ts';

/** The selectors of a configuration. */
export interface Selectors {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

/** Whether both select the request. Throws 404 when its namespace does not exist. */
export const selectsRequest = (
  { namespaceSelector, objectSelector }: Selectors,
  attributes: AdmissionAttributes,
  reader: ObjectReader,
): boolean => selectsObject(objectSelector, attributes) && selectsNamespace(namespaceSelector, attributes, reader);

/** Either the new object or the old one will do. */
function selectsObject(selector: LabelSelector | undefined, { object, oldObject }: AdmissionAttributes): boolean {
  if (isEmpty(selector)) return true;
  return [object, oldObject].some((one) => one !== undefined && selects(selector, one.metadata.labels));
}

/** Objects outside of namespaces are never exempt. */
function selectsNamespace(
  selector: LabelSelector | undefined,
  attributes: AdmissionAttributes,
  reader: ObjectReader,
): boolean {
  const name = namespaceOf(attributes);
  if (name === '' || isEmpty(selector)) return true;
  const namespace = writtenNamespace(attributes) ?? reader.get('namespaces', name);
  if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, name);
  return selects(selector, namespace.metadata.labels);
}

/** A namespace that is being written is judged by the labels that it will have. */
const writtenNamespace = ({ resource, subresource, object }: AdmissionAttributes): KubeObject | undefined =>
  resource.group === '' && resource.resource === 'namespaces' && subresource === '' ? object : undefined;

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  !selector?.matchExpressions?.length && Object.keys(selector?.matchLabels ?? {}).length === 0;
