/** The outer form of an answer: JSON, indented JSON, YAML or protocol buffers. */
import type { ApiRequest, ObjectResponse } from '@towtank/apimachinery';
import { PROTOBUF_MEDIA_TYPE } from '../protobuf/decode-protobuf.ts';
import { encodeProtobuf } from '../protobuf/encode-protobuf.ts';
import { chooseMediaType } from './accept.ts';
import { jsonText, wantsPretty } from './json-text.ts';
import { yamlText } from './yaml-text.ts';

/** Media types that any value is written in; the first is the default. */
export const TEXT_MEDIA_TYPES: readonly string[] = ['application/json', 'application/yaml'];

/** Media types that values of built-in kinds are written in. */
export const VALUE_MEDIA_TYPES: readonly string[] = [...TEXT_MEDIA_TYPES, PROTOBUF_MEDIA_TYPE];

/** How to write a value. */
export interface Dress {
  readonly mediaType: string;
  readonly pretty: boolean;
}

/** Whether a value is written as it is by default: then the bytes of storage will do. */
export const isPlain = ({ mediaType, pretty }: Dress): boolean => !pretty && mediaType === 'application/json';

/** Writes an answer in another form. The value itself stays what it is. */
export function dressed(response: ObjectResponse, dress: Dress): ObjectResponse {
  if (isPlain(dress)) return response;
  return {
    type: 'object',
    status: response.status,
    headers: { ...response.headers, 'content-type': dress.mediaType },
    get object() {
      return response.object;
    },
    encode: () =>
      dress.mediaType === PROTOBUF_MEDIA_TYPE
        ? encodeProtobuf(response.object)
        : Buffer.from(valueText(wireValue(response), dress)),
  };
}

/** Writes an answer, such as a failure, in the form that its request wants it in. */
export const dressedFor = (request: ApiRequest, response: ObjectResponse): ObjectResponse =>
  dressed(response, dressFor(request));

/** The value as plain JSON shows it: items of a list without their types. */
function wireValue(response: ObjectResponse): unknown {
  const bytes = response.encode();
  return JSON.parse((bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(bytes)).toString());
}

/** The text of a value. */
export const valueText = (value: unknown, { mediaType, pretty }: Dress): string =>
  mediaType.startsWith('application/yaml') ? yamlText(value) : jsonText(value, pretty);

/** The form that a request wants a document or a failure in; JSON when it accepts nothing that could be given. */
export function dressFor({ url, headers }: ApiRequest): Dress {
  const choice = chooseMediaType(headers.accept, { mediaTypes: VALUE_MEDIA_TYPES });
  const question = url.indexOf('?');
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  return {
    mediaType: choice?.mediaType ?? 'application/json',
    pretty: choice?.pretty === true || wantsPretty(query, headers['user-agent']),
  };
}
