/** The demo behind `npm start`: a shop whose Services are asked by name. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paint } from '../src/cli/describe-cluster.ts';
import { describeFailure } from '../src/cli/describe-failure.ts';
import { listenForStop } from '../src/cli/listen-for-stop.ts';
import { type Cluster, startCluster } from '../src/index.ts';
import { shopImages } from './shop-images.ts';

const REQUESTS = 9;
const SERVICES = ['web', 'web-pods', 'web-node', 'db'];

async function main(once: boolean): Promise<void> {
  using stop = listenForStop();
  const cluster = await startCluster({ images: shopImages });
  try {
    await Promise.race([showShop(cluster), stop.received()]);
    if (!once) await stop.received();
  } finally {
    await cluster.close();
  }
}

async function showShop(cluster: Cluster): Promise<void> {
  await cluster.apply('fixtures/manifests/shop.yaml');
  await cluster.settled();
  await showServices(cluster);
  await sendRequests(cluster);
  await showKubeconfig(cluster);
}

async function showServices(cluster: Cluster): Promise<void> {
  const services = cluster.client.resource({ group: '', version: 'v1', resource: 'services' });
  const rows = await Promise.all(
    SERVICES.map(async (name) => {
      const { spec } = await services.get(name, { namespace: 'shop' });
      const ports = (spec.ports ?? []).map((port: { port: number; nodePort?: number }) =>
        port.nodePort ? `${port.port}:${port.nodePort}` : port.port,
      );
      return [name, spec.type, spec.clusterIP ?? '', ports.join(','), await dnsAnswer(cluster, name, spec.type)];
    }),
  );
  print([['SERVICE', 'TYPE', 'CLUSTER-IP', 'PORTS', 'DNS'], ...rows]);
}

async function dnsAnswer(cluster: Cluster, name: string, type: string): Promise<string> {
  const records = await cluster.resolve(`${name}.shop.svc.cluster.local`, type === 'ExternalName' ? 'CNAME' : 'A');
  return `${type === 'ExternalName' ? 'CNAME' : 'A'} ${(records as string[]).join(', ')}`;
}

async function sendRequests(cluster: Cluster): Promise<void> {
  const answers: string[] = [];
  for (let request = 0; request < REQUESTS; request += 1) {
    const response = await cluster.fetch('http://web.shop.svc.cluster.local/');
    answers.push((await response.text()).trim());
  }
  const pods = [...new Set(answers)].sort();
  print([['POD', 'ANSWERED'], ...pods.map((pod) => [pod, String(answers.filter((answer) => answer === pod).length)])]);
}

async function showKubeconfig(cluster: Cluster): Promise<void> {
  const folder = join('node_modules', '.cache', 'towtank');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'kubeconfig.yaml');
  await writeFile(file, cluster.kubeconfig, { mode: 0o600 });
  process.stdout.write(`\n${paint('cyan', `KUBECONFIG=${file} kubectl get all -n shop`)}\n`);
}

/** Prints rows in columns; the first row is the head. */
function print(rows: readonly (readonly unknown[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => String(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`\n${[paint('bold', lines[0] ?? ''), ...lines.slice(1)].join('\n')}\n`);
}

main(process.argv.includes('--once')).catch((reason: unknown) => {
  process.stderr.write(`towtank: ${describeFailure(reason)}\n`);
  process.exitCode = 1;
});
