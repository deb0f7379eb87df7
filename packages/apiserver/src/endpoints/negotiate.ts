/** What form the client wants its answer in. */
import type { ApiResponse, ObjectResponse, Watch } from '@towtank/apimachinery';
import { chooseMediaType, type Transform } from '../negotiation/accept.ts';
import { type Dress, dressed, VALUE_MEDIA_TYPES } from '../negotiation/dress.ts';
import { wantsPretty } from '../negotiation/json-text.ts';
import { noRepresentation, noTransform } from '../negotiation/not-acceptable.ts';
import type { ListPage } from '../registry/list-objects.ts';
import { derivedRepresentation, plainRepresentation, type Representation } from '../registry/representation.ts';
import type { ApiCall } from './api-call.ts';
import { metadataForm } from './metadata-form.ts';
import { convertedListResponse } from './respond.ts';
import { tableForm } from './table-form.ts';

/** What stands for an object, a list or a watch in a negotiated answer. */
export interface AnswerForm {
  readonly representation: Representation;
  /** Makes a list in a form that is not a plain list. */
  readonly list: ((page: ListPage) => ObjectResponse) | undefined;
  /** Makes a watch in a form that its events alone cannot give. */
  readonly watch?: (watch: Watch) => Watch;
}

/** The negotiated form of an answer. */
export interface Negotiated extends AnswerForm {
  /** Gives an answer its media type. */
  readonly finish: (response: ObjectResponse) => ApiResponse;
}

const asIs = (response: ObjectResponse): ApiResponse => response;
const plain: Negotiated = { representation: plainRepresentation, list: undefined, finish: asIs };

/** Reads the Accept header. Throws 406 when nothing that is offered is accepted. */
export function negotiate(call: ApiCall): Negotiated {
  const { request, attributes } = call;
  const { accept, 'user-agent': userAgent } = request.headers;
  const prettyByRequest = wantsPretty(attributes.query, userAgent);
  if (!prettyByRequest && (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*'))
    return call.served.fromStored === undefined ? plain : { ...ownForm(call), finish: asIs };
  const choice = chooseMediaType(accept, { mediaTypes: mediaTypesFor(call), allows: isKnownTransform });
  if (choice === undefined) throw refusal(accept);
  const dress: Dress = { mediaType: choice.mediaType, pretty: choice.pretty || prettyByRequest };
  return { ...formOf(call, choice.transform), finish: (response) => dressed(response, dress) };
}

/** Watches are streams of JSON; everything else may be YAML too. */
const mediaTypesFor = ({ attributes }: ApiCall): readonly string[] =>
  attributes.verb === 'watch' ? ['application/json'] : VALUE_MEDIA_TYPES;

const refusal = (accept: string | undefined): Error =>
  chooseMediaType(accept, { mediaTypes: VALUE_MEDIA_TYPES, allows: () => true }) === undefined
    ? noRepresentation()
    : noTransform();

const isKnownTransform = ({ kind, group, version }: Transform): boolean =>
  group === 'meta.k8s.io' &&
  (version === 'v1' || version === 'v1beta1') &&
  (kind === 'Table' || kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList');

function formOf(call: ApiCall, transform: Transform | undefined): AnswerForm {
  if (transform === undefined) return ownForm(call);
  const version = transform.version === 'v1beta1' ? 'v1beta1' : 'v1';
  return transform.kind === 'Table' ? tableForm(call, version) : metadataForm(call, version, transform.kind);
}

/** The objects themselves, in the version that was asked for. */
function ownForm({ served }: ApiCall): AnswerForm {
  const { fromStored, resource } = served;
  if (fromStored === undefined) return plain;
  return {
    representation: derivedRepresentation(`${resource.group}/${resource.version}`, fromStored),
    list: (page) => convertedListResponse(served, page, fromStored),
  };
}
