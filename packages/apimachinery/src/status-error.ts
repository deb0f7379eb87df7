/** The one error class of the Kubernetes API. */

/** A cause of a failure: which field, and why. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** `details` of a Status. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** The Status object that Kubernetes answers for failures and some deletions. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** More about a failure than code, reason and message. */
export interface StatusErrorOptions {
  details?: StatusDetails;
  /** Where a list that fails may go on. */
  metadata?: { continue?: string };
  cause?: unknown;
}

/** A failure of an API request: HTTP code, machine-readable reason, and the message in Kubernetes' own wording. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  readonly metadata: { continue?: string };

  constructor(
    code: number,
    reason: string,
    message: string,
    { details, metadata = {}, cause }: StatusErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.metadata = metadata;
  }

  /** The Status object to answer with. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: { ...this.metadata },
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** Whether a value is a {@link StatusError}: by structure, so that two installed copies of this package agree. */
export const isStatusError = (value: unknown): value is StatusError =>
  value instanceof Error && value.name === 'StatusError' && typeof (value as StatusError).code === 'number';

/** Whether a value is a StatusError with this reason, for example `NotFound`. */
export const hasReason = (value: unknown, reason: string): boolean => isStatusError(value) && value.reason === reason;

/** Rebuilds the error from an answered Status object. */
export const statusErrorFrom = (status: Partial<Status>, code: number): StatusError =>
  new StatusError(status.code ?? code, status.reason ?? '', status.message ?? `the server answered ${code}`, {
    ...(status.details === undefined ? {} : { details: status.details }),
  });
