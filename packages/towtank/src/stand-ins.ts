/** Real addresses in 127.0.0.0/8 for the virtual ones of a cluster, so that any program of this machine reaches them. */
import type { Plugin } from '@towtank/dns';
import {
  bindVirtualIps,
  type LoopbackPlan,
  loopbackPlan,
  type VirtualAddress,
  type VirtualNetwork,
} from '@towtank/network';

/** Stand-ins for whole ranges: each address keeps its ports, and its place in the range. */
export interface StandIns {
  readonly plan: LoopbackPlan;
  /** Virtual range and the stand-in of its first address, in the order in which they were given. */
  readonly ranges: readonly { readonly range: string; readonly standsAt: string }[];
  /**
   * Answers stand-ins to programs that ask over a socket. Whoever asks inside the process gets the virtual addresses:
   * they lead there without a detour.
   */
  readonly dnsPlugin: Plugin;
}

/** Plans stand-ins for the IPv4 ranges. IPv6 has a single loopback address, so that its ranges have none. */
export function planStandIns(ranges: readonly string[]): StandIns {
  const v4 = ranges.filter((range) => !range.includes(':'));
  const plan = loopbackPlan(v4);
  return {
    plan,
    ranges: v4.map((range) => ({ range, standsAt: plan.toLoopback(range.split('/')[0] ?? '') ?? '' })),
    dnsPlugin: (next) => async (request) => {
      const response = await next(request);
      if (response === undefined || request.client.transport === 'local') return response;
      const answers = response.answers.map((record) =>
        record.type === 'A' ? { ...record, data: plan.toLoopback(String(record.data)) ?? record.data } : record,
      );
      return { ...response, answers: answers as typeof response.answers };
    },
  };
}

/** Opens the stand-ins of every bound address, those to come included. Throws where the system is not Linux. */
export const openStandIns = (
  network: VirtualNetwork,
  { plan }: StandIns,
  failed: (address: VirtualAddress, error: Error) => void,
): AsyncDisposable => bindVirtualIps({ network, plan, failed });
