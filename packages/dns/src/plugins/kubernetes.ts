/** Answers for the cluster's own zones: the domain of the cluster and the reverse of its address ranges. */
import { isInZone } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import { type DnsRequest, type DnsResponse, type Handler, type Plugin, respond, respondError } from '../handler.ts';
import { addressRecords } from '../kubernetes/address-records.ts';
import type { ClusterIndex } from '../kubernetes/cluster-index.ts';
import { nameServerRecords } from '../kubernetes/name-servers.ts';
import { rowsOf } from '../kubernetes/rows.ts';
import { aliasRecords, reverseRecords, srvRecords, textRecords } from '../kubernetes/service-records.ts';
import { type Found, soaRecord, type ZoneOptions, type ZoneView } from '../kubernetes/zone-view.ts';

/** What the plugin answers from. */
export interface KubernetesOptions extends ZoneOptions {
  readonly index: ClusterIndex;
  /** Names of zones in lower case whose every name is decided here. */
  readonly reverseZones: readonly string[];
  /** Whether PTR queries outside of those zones are answered, too, where the cluster knows the address. */
  readonly reverseAnywhere: boolean;
  /** The chain, to look up what ExternalName Services point to. */
  readonly lookup: Handler;
}

interface Outcome {
  /** Undefined where the name does not exist. */
  readonly records: Found<ResourceRecord>;
  readonly extra?: readonly ResourceRecord[];
  readonly truncated?: boolean;
  /** The answer came from outside of the cluster, at least in part. */
  readonly foreign?: boolean;
}

/** Serves the records of Services, endpoints and pods; names outside of its zones go on to the next plugin. */
export const kubernetes =
  (options: KubernetesOptions): Plugin =>
  (next) => {
    const zones = [options.zone, ...options.reverseZones].sort((a, b) => b.length - a.length);
    return async (request) => {
      const { name, type } = request.question;
      const lowerName = name.toLowerCase();
      const zone = zones.find((candidate) => isInZone(lowerName, candidate));
      if (zone === undefined) return (await reverseElsewhere(request, options)) ?? next(request);
      // Transfers are another plugin's task: whoever gets here may not have them.
      if (type === 'AXFR' || type === 'IXFR') return respondError('REFUSED');
      const view = viewOf(request, options, name.slice(name.length - zone.length));
      return responseFor(view, await outcomeOf(view, name, type));
    };
  };

function viewOf(request: DnsRequest, options: KubernetesOptions, zone: string): ZoneView {
  const lookup: ZoneView['lookup'] = (name, type) =>
    options.lookup({ ...request, question: { name, type, class: 'IN' }, depth: request.depth + 1 });
  return { index: options.index, options, zone, lookup };
}

async function outcomeOf(view: ZoneView, name: string, type: string): Promise<Outcome> {
  switch (type) {
    case 'A':
    case 'AAAA':
      return (await addressRecords(view, { name, type, chain: [] })) ?? { records: undefined };
    case 'SRV':
      return srvRecords(view, name) ?? { records: undefined };
    case 'CNAME':
      return { records: aliasRecords(view, name) };
    case 'TXT':
      return { records: textRecords(view, name) };
    case 'PTR':
      return { records: reverseRecords(view, name) };
    case 'SOA':
      // Away from the top of the zone CoreDNS answers without looking whether the name exists.
      return { records: name === view.zone ? [soaRecord(view)] : [] };
    case 'NS':
      // It finds itself only where the query spells the zone in lower case.
      if (name === view.zone && name === name.toLowerCase()) return nameServerRecords(view);
      return { records: rowsOf(view, name, type) && [] };
    default:
      return { records: rowsOf(view, name, type) && [] };
  }
}

function responseFor(
  view: ZoneView,
  { records, extra = [], truncated = false, foreign = false }: Outcome,
): DnsResponse {
  const { synced } = view.index;
  const stable = synced && !foreign;
  if (records !== undefined && records.length > 0)
    return respond({ authoritative: true, answers: records, additionals: extra, truncated, stable });
  const rcode = records !== undefined ? 'NOERROR' : synced ? 'NXDOMAIN' : 'SERVFAIL';
  return respond({ rcode, authoritative: true, authorities: [soaRecord(view)], stable });
}

/** Endpoints may lie outside of the ranges that are ours; then only what is known is answered. */
async function reverseElsewhere(request: DnsRequest, options: KubernetesOptions): Promise<DnsResponse | undefined> {
  const { name, type } = request.question;
  if (!options.reverseAnywhere || type !== 'PTR' || !name.toLowerCase().endsWith('.arpa')) return undefined;
  const view = viewOf(request, options, name);
  const records = reverseRecords(view, name);
  return records === undefined || records.length === 0 ? undefined : responseFor(view, { records });
}
