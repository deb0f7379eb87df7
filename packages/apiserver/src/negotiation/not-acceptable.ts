/** 406, in the words of the layer of the real API server that gives up. */
import { StatusError } from '@towtank/apimachinery';

/** Media types that the API server offers, in the words of its refusals. */
const MEDIA_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** No clause of the Accept header covers a media type of the path: refused before the resource is looked at. */
export const noRepresentation = (): StatusError =>
  new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${MEDIA_TYPES}`, {
    details: {},
  });

/** A media type is covered, but not in the form that is asked for (`as=Nonsense`). */
export const noTransform = (): StatusError =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${MEDIA_TYPES}`);
