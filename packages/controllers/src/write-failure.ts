/** What the failure of a write says: whether the object is another's, gone, or in a namespace on its way out. */
import { hasReason, isStatusError } from '@towtank/apimachinery';

/**
 * Whether somebody else has changed or deleted the object first. That has caused an event, which brings the key of a
 * workload back: there is nothing to retry.
 */
export const isOvertaken = (error: unknown): boolean => hasReason(error, 'Conflict') || hasReason(error, 'NotFound');

/** Whether a creation was refused because its namespace is being deleted. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  isStatusError(error) && (error.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** For `catch`: an object that is gone is as good as done; any other failure is thrown again. */
export function unlessGone(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}

/** The text of any failure. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
