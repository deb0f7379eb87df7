/** How admission says no. */
import { forbidden, type StatusError } from '@towtank/apimachinery';
import type { AdmissionAttributes } from './admission.ts';

/** 403 for the object of a request: by its name, by what its name is generated from, or as `Unknown`. */
export function refusal({ resource, name, object }: AdmissionAttributes, why: string): StatusError {
  const shown = name || object?.metadata.name || object?.metadata.generateName || 'Unknown';
  return forbidden(resource, shown, why);
}

/** Whether the request writes objects of this resource of the core group, and no subresource of them. */
export const isAbout = ({ resource, subresource }: AdmissionAttributes, ...resources: readonly string[]): boolean =>
  resource.group === '' && subresource === '' && resources.includes(resource.resource);
