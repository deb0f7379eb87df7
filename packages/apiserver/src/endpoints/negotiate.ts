/** What form the client wants its answer in. */
import type { ApiResponse, ObjectResponse } from '@towtank/apimachinery';
import { StatusError } from '@towtank/apimachinery';
import type { ListPage } from '../registry/list-objects.ts';
import { derivedRepresentation, plainRepresentation, type Representation } from '../registry/representation.ts';
import type { ApiCall } from './api-call.ts';

/** The negotiated form of an answer. */
export interface Negotiated {
  readonly representation: Representation;
  /** Makes a list in a form that is not a plain list. */
  readonly list: ((page: ListPage) => ObjectResponse) | undefined;
  /** Gives an answer its media type. */
  readonly finish: (response: ObjectResponse) => ApiResponse;
}

const plain: Negotiated = { representation: plainRepresentation, list: undefined, finish: (response) => response };

/** Reads the Accept header. Throws 406 when nothing that is offered is accepted. */
export function negotiate({ request, served }: ApiCall): Negotiated {
  const accept = request.headers.accept;
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') {
    if (served.fromStored === undefined) return plain;
    return { ...plain, representation: derivedRepresentation(served.resource.version, served.fromStored) };
  }
  if (/application\/(json|\*)|\*\/\*|application\/yaml/.test(accept)) return plain;
  throw new StatusError(
    406,
    'NotAcceptable',
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    { details: {} },
  );
}
