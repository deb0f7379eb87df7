/** One constructor per reason, with the message and details that Kubernetes gives. */
import type { FieldError } from './field-error.ts';
import { formatFieldErrors } from './field-error.ts';
import { formatGroupResource, type GroupResource } from './group-version.ts';
import { quote } from './quote.ts';
import { type StatusDetails, StatusError } from './status-error.ts';

const detailsOf = ({ group, resource }: GroupResource, name?: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  ...(resource ? { kind: resource } : {}),
});

/** 404: the named object does not exist. */
export const notFound = (gr: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${formatGroupResource(gr)} ${quote(name)} not found`, {
    details: detailsOf(gr, name),
  });

/** 404: the path is not served at all. */
export const resourceNotFound = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });

/** 409: the name is taken. */
export const alreadyExists = (gr: GroupResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${formatGroupResource(gr)} ${quote(name)} already exists`, {
    details: detailsOf(gr, name),
  });

/** 409: the object has changed, or a precondition does not hold. */
export const conflict = (gr: GroupResource, name: string, why: string): StatusError =>
  new StatusError(409, 'Conflict', conflictMessage(gr, name, why), { details: detailsOf(gr, name) });

const conflictMessage = (gr: GroupResource, name: string, why: string): string =>
  `Operation cannot be fulfilled on ${formatGroupResource(gr)} ${quote(name)}: ${why}`;

/** 403: the caller may not do this, or an admission rule refuses it. */
export function forbidden(gr: GroupResource, name: string, why: string): StatusError {
  const message =
    gr.resource === '' && gr.group === ''
      ? `forbidden: ${why}`
      : name === ''
        ? `${formatGroupResource(gr)} is forbidden: ${why}`
        : `${formatGroupResource(gr)} ${quote(name)} is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, { details: detailsOf(gr, name) });
}

/** 422: the object breaks validation rules. `kind` is the Kind, as Kubernetes names it in these messages. */
export function invalid(gk: { group: string; kind: string }, name: string, errors: readonly FieldError[]): StatusError {
  const qualified = formatGroupResource({ group: gk.group, resource: gk.kind });
  const why = errors.length > 0 ? `: ${formatFieldErrors(errors)}` : '';
  const causes = errors.map(({ reason, body, field }) => ({ reason, message: body, field }));
  return new StatusError(422, 'Invalid', `${qualified} ${quote(name)} is invalid${why}`, {
    details: {
      ...(name ? { name } : {}),
      ...(gk.group ? { group: gk.group } : {}),
      ...(gk.kind ? { kind: gk.kind } : {}),
      ...(causes.length > 0 ? { causes } : {}),
    },
  });
}

/** 400: the request itself is malformed. */
export const badRequest = (message: string, options?: { cause?: unknown }): StatusError =>
  new StatusError(400, 'BadRequest', message, options);

/** 401: no valid credential. */
export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

/** 405: the resource does not know the method. */
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  });

/** 406: no offered media type is accepted. */
export const notAcceptable = (offered: readonly string[]): StatusError =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${offered.join(', ')}`);

/** 415: the body has a media type that is not read. */
export const unsupportedMediaType = (offered: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${offered.join(', ')}`,
  );

/** 410: the asked revision is older than the history that is kept. */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

/** 413: the body is over the limit. */
export const requestEntityTooLarge = (limit: number): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

/** 500: something broke on the server's side. */
export const internalError = (why: string, options?: { cause?: unknown }): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, {
    details: { causes: [{ message: why }] },
    ...options,
  });

/** 503: the server cannot serve this now. */
export const serviceUnavailable = (message: string): StatusError => new StatusError(503, 'ServiceUnavailable', message);

/** 429: try again later; `retryAfterSeconds` becomes the Retry-After header. */
export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  new StatusError(429, 'TooManyRequests', message, { details: retryAfterSeconds > 0 ? { retryAfterSeconds } : {} });

/** 504: the request took longer than its sender, or the server, waits. */
export const timedOut = (): StatusError =>
  new StatusError(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', { details: {} });
