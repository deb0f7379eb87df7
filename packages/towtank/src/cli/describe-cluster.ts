/** What is up and how to reach it. */
import { styleText } from 'node:util';
import type { Cluster } from '../cluster.ts';

/** What the cluster does not know of itself. */
export interface ClusterNotes {
  /** Where the kubeconfig has been written. */
  readonly kubeconfig: string | undefined;
  /** The real address that has the node ports. */
  readonly nodePorts: string | undefined;
}

/** One line of JSON with every address. */
export const describeJson = (cluster: Cluster, { kubeconfig, nodePorts }: ClusterNotes): string =>
  JSON.stringify({
    url: cluster.url,
    insecureUrl: cluster.insecureUrl,
    dns: `${cluster.dns.host}:${cluster.dns.port}`,
    socks: cluster.socksAddress === undefined ? undefined : `${cluster.socksAddress.host}:${cluster.socksAddress.port}`,
    nodePorts,
    virtualIps: cluster.standIns?.ranges,
    adminToken: cluster.adminToken,
    kubeconfig,
    nodes: cluster.nodes.names,
  });

/** Lines for people: coloured on a terminal, plain elsewhere. */
export function describeCluster(cluster: Cluster, { kubeconfig, nodePorts }: ClusterNotes): string {
  const standIns = (cluster.standIns?.ranges ?? []).map(({ range, standsAt }) => [
    'virtual IPs',
    `${range} from ${standsAt} on`,
  ]);
  const rows = [
    ['API server', cluster.url],
    ['plain HTTP', cluster.insecureUrl],
    ['DNS', `${cluster.dns.host}:${cluster.dns.port} (UDP and TCP)`],
    ['SOCKS5', cluster.socksAddress && `${cluster.socksAddress.host}:${cluster.socksAddress.port}`],
    ['node ports', nodePorts],
    ...standIns,
    ['nodes', cluster.nodes.names.join(', ') || 'none'],
    ['token', cluster.adminToken],
    ['kubeconfig', kubeconfig],
  ].filter((row): row is [string, string] => row[1] !== undefined);
  return [
    paint('green', 'towtank is up. Ctrl-C stops it.'),
    ...rows.map(([label, value]) => `  ${paint('bold', label.padEnd(11))} ${value}`),
    ...(kubeconfig === undefined ? [] : [paint('cyan', `  KUBECONFIG=${kubeconfig} kubectl get all -A`)]),
  ].join('\n');
}

/** Colours on a terminal only. */
export const paint = (style: 'bold' | 'cyan' | 'green' | 'red', text: string): string =>
  process.stdout.isTTY && process.env.NO_COLOR === undefined ? styleText(style, text) : text;
