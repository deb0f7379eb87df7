/** Zone transfers: AXFR, and IXFR as far as it can be told whether anything has changed. */
import { isKnownRecord } from '../codec/resource-record.ts';
import type { DnsRequest, DnsResponse, Plugin } from '../handler.ts';
import { respond, respondError } from '../handler.ts';
import type { ClusterIndex } from '../kubernetes/cluster-index.ts';
import { transferRecords } from '../kubernetes/zone-transfer.ts';
import { soaRecord, type ZoneOptions, type ZoneView } from '../kubernetes/zone-view.ts';

/** Who may have the zone. */
export interface TransferOptions {
  /** Client addresses, or `*` for all. */
  readonly to: readonly string[];
}

/**
 * Hands the cluster's zone to the clients allowed, over TCP only. A client that already has the current serial gets the
 * SOA alone; any other incremental transfer is a full one.
 */
export const transfer =
  ({ to }: TransferOptions, options: ZoneOptions & { readonly index: ClusterIndex }): Plugin =>
  (next) =>
  async (request) => {
    const { name, type } = request.question;
    if (type !== 'AXFR' && type !== 'IXFR') return next(request);
    if (request.client.transport === 'udp') return respondError('REFUSED');
    if (name.toLowerCase() !== options.zone) return next(request);
    if (!to.includes('*') && !to.includes(request.client.address)) return respondError('REFUSED');
    const view = { index: options.index, options, zone: name, lookup: async () => undefined };
    return type === 'AXFR' ? fullTransfer(view) : incrementalTransfer(view, request);
  };

const fullTransfer = (view: ZoneView): DnsResponse => respond({ authoritative: true, answers: transferRecords(view) });

function incrementalTransfer(view: ZoneView, { authorities }: DnsRequest): DnsResponse {
  const [soa] = authorities;
  if (soa === undefined || authorities.length > 1 || !isKnownRecord(soa) || soa.type !== 'SOA')
    return respondError('SERVFAIL');
  return soa.data.serial === view.index.serial ? respond({ answers: [soaRecord(view)] }) : fullTransfer(view);
}
