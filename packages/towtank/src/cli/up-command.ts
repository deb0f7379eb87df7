/** `towtank up`: a local cluster that stays up until it is told to stop. */
import { writeFile } from 'node:fs/promises';
import type { KubeObject } from '@towtank/apimachinery';
import { formatAddress, type VirtualAddress } from '@towtank/network';
import { Command } from 'commander';
import type { Cluster } from '../cluster.ts';
import { CLUSTER_DEFAULTS } from '../cluster-options.ts';
import { readManifests } from '../read-manifests.ts';
import { startCluster } from '../start-cluster.ts';
import { describeCluster, describeJson } from './describe-cluster.ts';
import { describeFailure } from './describe-failure.ts';
import type { StopSignal } from './listen-for-stop.ts';
import { cidrList, integer, type UpOptions } from './up-options.ts';

const PORT = integer(0, 65_535);
const COUNT = integer(0, 1_000_000);
const collect = (value: string, before: string[]): string[] => [...before, value];

/** The command. */
export const upCommand = (stop: StopSignal): Command =>
  new Command('up')
    .description('start a local cluster and keep it up until Ctrl-C')
    .option('--port <n>', 'HTTPS port of the API server; 0 takes a free one', PORT, 6443)
    .option('--insecure-port <n>', 'plain HTTP port, where everybody is the administrator', PORT)
    .option('--dns-port <n>', 'UDP and TCP port of the cluster DNS', PORT)
    .option('--socks-port <n>', 'SOCKS5 port through which other programs reach the cluster', PORT)
    .option('--nodes <n>', 'simulated nodes; 0 schedules nothing', integer(0, 1000), 1)
    .option(
      '--service-cidr <range>',
      'range of ClusterIPs; two with a comma make dual stack',
      cidrList,
      CLUSTER_DEFAULTS.serviceCidrs.join(),
    )
    .option('--pod-cidr <range>', 'range of pod addresses; two with a comma make dual stack', cidrList)
    .option('--no-node-ports', 'leave node ports virtual instead of opening them on 127.0.0.1')
    .option('--bind-virtual-ips', 'give ClusterIPs and pods real addresses in 127.0.0.0/8 (Linux)')
    .option('--max-requests-inflight <n>', 'reading requests served at the same time; 0 is no limit', COUNT, 400)
    .option('--max-mutating-requests-inflight <n>', 'the same for requests that change something', COUNT, 200)
    .option('--admin-token <token>', "the administrator's bearer token")
    .option('--kubeconfig <file>', 'write a kubeconfig there')
    .option('--seed <text>', 'the same seed gives the same names, uids and addresses')
    .option('-f, --filename <manifest>', 'apply a manifest; may be given more than once', collect, [])
    .option('--json', 'print one line with every address once the cluster is ready')
    .action((options: UpOptions) => up(options, stop));

async function up(options: UpOptions, stop: StopSignal): Promise<void> {
  const objects = await readManifests(options.filename);
  if (stop.signal.aborted) return;
  const cluster = await startCluster(clusterOptionsOf(options));
  try {
    await Promise.race([serve(cluster, objects, options, stop.signal), stop.received()]);
    await stop.received();
  } finally {
    await cluster.close();
  }
}

/** Brings the cluster to where it can be announced. What fails after the signal to stop concerns nobody. */
async function serve(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: UpOptions,
  stopped: AbortSignal,
): Promise<void> {
  try {
    if (objects.length > 0) await cluster.apply(objects);
    await cluster.settled({ jobs: false });
    if (stopped.aborted) return;
    if (options.kubeconfig !== undefined) await writeFile(options.kubeconfig, cluster.kubeconfig, { mode: 0o600 });
    if (!stopped.aborted) announce(cluster, options);
  } catch (reason) {
    if (!stopped.aborted) throw reason;
  }
}

const clusterOptionsOf = ({
  port,
  insecurePort,
  dnsPort,
  socksPort,
  nodes,
  serviceCidr,
  podCidr,
  nodePorts,
  bindVirtualIps,
  maxRequestsInflight,
  maxMutatingRequestsInflight,
  adminToken,
  seed,
}: UpOptions): Parameters<typeof startCluster>[0] => ({
  port,
  nodes,
  maxRequestsInFlight: maxRequestsInflight,
  maxMutatingRequestsInFlight: maxMutatingRequestsInflight,
  serviceCidrs: serviceCidr.split(','),
  proxy: nodePorts ? { nodePorts: 'loopback', portFailed: warnOfPort } : {},
  ...(podCidr === undefined ? {} : { podCidr }),
  ...(bindVirtualIps ? { bindVirtualIps, virtualIpFailed: warnOfAddress } : {}),
  ...(insecurePort === undefined ? {} : { insecurePort }),
  ...(dnsPort === undefined ? {} : { dnsPort }),
  ...(socksPort === undefined ? {} : { socksPort }),
  ...(adminToken === undefined ? {} : { adminToken }),
  ...(seed === undefined ? {} : { seed }),
});

/** Ports that are taken cost one Service its way in, not everybody the cluster. */
const warn = (text: string): void => void process.stderr.write(`towtank: ${text}\n`);
const warnOfPort = (error: Error): void => warn(`a node port stays virtual: ${describeFailure(error)}`);
const warnOfAddress = ({ ip, port }: VirtualAddress, error: Error): void =>
  warn(`${formatAddress(ip, port)} stays virtual: ${describeFailure(error)}`);

function announce(cluster: Cluster, { json, kubeconfig, nodePorts }: UpOptions): void {
  const notes = { kubeconfig, nodePorts: nodePorts ? '127.0.0.1' : undefined };
  const text = json ? describeJson(cluster, notes) : describeCluster(cluster, notes);
  process.stdout.write(`${text}\n`);
}
