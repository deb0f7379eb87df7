/** Answers to requests that are about the API itself and not about a resource. */
import { methodNotAllowed, resourceNotFound, type StatusError } from '@towtank/apimachinery';
import { noRepresentation } from '../negotiation/not-acceptable.ts';

/** An answer before it is bytes. */
export interface DiscoveryAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, bytes too; any other value in the media type of the answer; undefined is no body. */
  readonly body: unknown;
  /** The body is indented, whatever the client asks for. */
  readonly indented?: boolean;
}

/** An answer of plain text. */
export const textAnswer = (status: number, body: string): DiscoveryAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/** An answer with a JSON value. */
export const jsonAnswer = (body: unknown, contentType = 'application/json'): DiscoveryAnswer => ({
  status: 200,
  contentType,
  body,
});

/** 404 of a path that nothing answers to. */
export const pageNotFound = (): DiscoveryAnswer => ({
  ...textAnswer(404, '404 page not found\n'),
  headers: { 'x-content-type-options': 'nosniff' },
});

const statusAnswer = (error: StatusError): DiscoveryAnswer => ({
  status: error.code,
  contentType: 'application/json',
  body: error.toStatus(),
});

/** 404 below a path that is served: a Status. */
export const apiNotFound = (): DiscoveryAnswer => statusAnswer(resourceNotFound());

/** 405 of a document that can only be read. */
export const readOnly = (): DiscoveryAnswer => statusAnswer(methodNotAllowed());

/** 406: none of the media types that are offered is accepted. */
export const notAcceptableAnswer = (): DiscoveryAnswer => statusAnswer(noRepresentation());

/** An answer with an entity tag: 304 without body when the client already has it. */
export function taggedAnswer(answer: DiscoveryAnswer, hash: string, ifNoneMatch: string | undefined): DiscoveryAnswer {
  const etag = `"${hash}"`;
  const headers = { ...answer.headers, etag, vary: 'Accept' };
  if (ifNoneMatch?.split(',').some((tag) => tag.trim() === etag))
    return { status: 304, contentType: answer.contentType, headers, body: undefined };
  return { ...answer, headers };
}
