/** What form the client wants its answer in. */
import { type ApiResponse, formatGroupVersion, type ObjectResponse, type Watch } from '@towtank/apimachinery';
import { chooseMediaType, type Transform } from '../negotiation/accept.ts';
import { type Dress, dressed, TEXT_MEDIA_TYPES, VALUE_MEDIA_TYPES } from '../negotiation/dress.ts';
import { wantsPretty } from '../negotiation/json-text.ts';
import { noRepresentation, noTransform } from '../negotiation/not-acceptable.ts';
import { PROTOBUF_MEDIA_TYPE } from '../protobuf/decode-protobuf.ts';
import { isEncodable, notEncodable, PROTOBUF_WATCH_MEDIA_TYPE, watchInProtobuf } from '../protobuf/encode-protobuf.ts';
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
  /** The media type of a watch. */
  readonly watchType: string;
}

const asIs = (response: ObjectResponse): ApiResponse => response;
const JSON_TYPE = 'application/json';
const plain: Negotiated = {
  representation: plainRepresentation,
  list: undefined,
  finish: asIs,
  watchType: JSON_TYPE,
};

/** Reads the Accept header. Throws 406 when nothing that is offered is accepted. */
export function negotiate(call: ApiCall): Negotiated {
  const { request, attributes } = call;
  const { accept, 'user-agent': userAgent } = request.headers;
  const prettyByRequest = wantsPretty(attributes.query, userAgent);
  if (!prettyByRequest && (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*'))
    return call.served.fromStored === undefined ? plain : { ...ownForm(call), finish: asIs, watchType: JSON_TYPE };
  const choice = chooseMediaType(accept, { mediaTypes: mediaTypesFor(call), allows: isKnownTransform });
  if (choice === undefined) throw refusal(accept);
  const dress: Dress = { mediaType: choice.mediaType, pretty: choice.pretty || prettyByRequest };
  const finish = (response: ObjectResponse): ApiResponse => dressed(response, dress);
  if (choice.mediaType === PROTOBUF_MEDIA_TYPE) return { ...protobufForm(call, choice.transform), finish };
  return { ...formOf(call, choice.transform), finish, watchType: JSON_TYPE };
}

/** Watches are never YAML, and custom resources have no messages, nor have the kinds of which they are made. */
function mediaTypesFor({ attributes, served }: ApiCall): readonly string[] {
  const { group, version, kind } = served.resource;
  const hasMessage = served.customResource !== true && isEncodable(formatGroupVersion(group, version), kind);
  const all = hasMessage ? VALUE_MEDIA_TYPES : TEXT_MEDIA_TYPES;
  return attributes.verb === 'watch' ? all.filter((type) => type !== 'application/yaml') : all;
}

function protobufForm(call: ApiCall, transform: Transform | undefined): AnswerForm & Pick<Negotiated, 'watchType'> {
  if (transform?.kind === 'Table') throw notEncodable('Table', transform.version);
  return { ...formOf(call, transform), watch: watchInProtobuf, watchType: PROTOBUF_WATCH_MEDIA_TYPE };
}

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
