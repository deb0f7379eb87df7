/** Refuses what the server is not there for: other classes than IN, and names outside of the zones it serves. */
import { isInZone } from '../codec/domain-name.ts';
import { type Plugin, respond } from '../handler.ts';

/** Lets queries of class IN for names in the given zones pass (lower case; `.` is every name); the rest is REFUSED. */
export const zones =
  (served: readonly string[]): Plugin =>
  (next) =>
  async (request) => {
    const name = request.question.name.toLowerCase();
    const ours = request.question.class === 'IN' && served.some((zone) => isInZone(name, zone));
    return ours ? next(request) : respond({ rcode: 'REFUSED', stable: true });
  };
