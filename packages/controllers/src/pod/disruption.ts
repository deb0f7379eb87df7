/** Says in a Pod's status that its end comes from outside. */
import { formatTime } from '@towtank/apimachinery';
import type { Condition } from './pod.ts';

/** The condition of a Pod that is about to be deleted for a reason that is not its own. */
export const disruptionTarget = (reason: string, message: string, nowMs: number): Condition => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason,
  message,
  lastTransitionTime: formatTime(nowMs),
});
