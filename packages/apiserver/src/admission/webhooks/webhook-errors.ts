/** What goes wrong with webhooks, in the words of the real API server. */
import { badRequest, internalError, type Status, StatusError } from '@towtank/apimachinery';

/** A webhook that could not be asked, or whose answer is none. What comes of it is up to its failure policy. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';

  constructor(webhook: string, why: string, options?: { cause?: unknown }) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${why}`, options);
  }
}

/** 500 of a request that needed the webhook. */
export const failedCall = (failure: CallFailure): StatusError => internalError(failure.message, { cause: failure });

/** 400 of a dry run that would ask a webhook with side effects. */
export const dryRunUnsupported = (webhook: string): StatusError =>
  badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`);

/** What a webhook refuses with: its own code, reason and message, where it gives any. */
export function refusalOf(webhook: string, status: Partial<Status> | undefined): StatusError {
  const { code = 0, reason = '', message = '', details } = status ?? {};
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = message || reason;
  const text = why === '' ? `${denied} without explanation` : `${denied}: ${why}`;
  return new StatusError(Math.max(code, 400), reason, text, details === undefined ? {} : { details });
}
