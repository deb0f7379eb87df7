/**
 * kubectl reaches into pods: logs, exec, attach, port-forward, and the proxies.
 * @deadline 120 s
 */

import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('kubectl connects');
const kubectl = toolPath('kubectl');

const MANIFEST = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - { name: web, image: demo/web, ports: [{ name: http, containerPort: 8080 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: two }
spec:
  containers:
    - { name: one, image: demo/silent }
    - { name: other, image: demo/silent }
---
apiVersion: v1
kind: Pod
metadata: { name: listener }
spec:
  restartPolicy: Never
  containers:
    - { name: listener, image: demo/listener, stdin: true, stdinOnce: true }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: v1
kind: Service
metadata: { name: empty }
spec: { selector: { app: nobody }, ports: [{ name: http, port: 80 }] }
`;

async function start(): Promise<Cluster> {
  const cluster = await startCluster({
    images: {
      'demo/listener': async ({ stdin, log }) => {
        for await (const chunk of stdin) log(`heard ${String(chunk).trim()}`);
      },
      'demo/web': ({ log }) => {
        for (const line of ['one', 'two', 'three']) log(line);
        return {
          ports: { http: (request, response) => response.end(`${request.method} ${request.url}\n`) },
          async exec({ command, stdin, stdout, stderr }) {
            if (command[0] === 'fail') {
              stderr.write('it failed\n');
              return 3;
            }
            if (command[0] !== 'upper') return void stdout.write(`${command.join(' ')}\n`);
            for await (const chunk of stdin) stdout.write(String(chunk).toUpperCase());
          },
        };
      },
    },
  });
  await cluster.apply(MANIFEST);
  await cluster.settled();
  return cluster;
}

/** Commands, the input they get, how they end and what they say. */
const CASES: { name: string; args: string[]; input?: string; code?: number; says: RegExp }[] = [
  { name: 'logs shows what a container has written', args: ['logs', 'web'], says: /^one\ntwo\nthree\n$/ },
  { name: 'logs shows the last lines', args: ['logs', 'web', '--tail=1'], says: /^three\n$/ },
  {
    name: 'logs shows times',
    args: ['logs', 'web', '--timestamps', '--tail=1'],
    says: /^\d{4}-\d\d-\d\dT\S+Z three\n$/,
  },
  { name: 'logs stops after some bytes', args: ['logs', 'web', '--limit-bytes=5'], says: /^one\nt$/ },
  { name: 'logs of a missing pod fails', args: ['logs', 'none'], code: 1, says: /pods "none" not found/ },
  {
    name: 'logs of a missing container fails',
    args: ['logs', 'web', '-c', 'x'],
    code: 1,
    says: /container x is not valid for pod web/,
  },
  {
    name: 'logs of an earlier run that never was fails',
    args: ['logs', 'web', '-p'],
    code: 1,
    says: /previous terminated container "web" in pod "web" not found/,
  },
  { name: 'exec runs a command', args: ['exec', 'web', '--', 'say', 'hello'], says: /^say hello\n$/ },
  {
    name: 'exec ends with the exit code of its command',
    args: ['exec', 'web', '--', 'fail'],
    code: 3,
    says: /it failed\n.*exit code 3/s,
  },
  { name: 'exec passes its input on', args: ['exec', '-i', 'web', '--', 'upper'], input: 'quiet\n', says: /^QUIET\n$/ },
  { name: 'attach passes its input on', args: ['attach', '-i', 'listener'], input: 'me\n', says: /^heard me$/m },
  { name: 'exec in a missing pod fails', args: ['exec', 'none', '--', 'true'], code: 1, says: /pods "none" not found/ },
  {
    name: 'the proxy of a pod passes a request on',
    args: ['get', '--raw', '/api/v1/namespaces/default/pods/web/proxy/a/b?c=1'],
    says: /^GET \/a\/b\?c=1\n$/,
  },
  {
    name: 'the proxy of a pod takes a port',
    args: ['get', '--raw', '/api/v1/namespaces/default/pods/http:web:8080/proxy/'],
    says: /^GET \/\n$/,
  },
  {
    name: 'the proxy of a service finds an endpoint',
    args: ['get', '--raw', '/api/v1/namespaces/default/services/web:http/proxy/x'],
    says: /^GET \/x\n$/,
  },
  {
    name: 'the proxy of a service takes a port number',
    args: ['get', '--raw', '/api/v1/namespaces/default/services/web:80/proxy/x'],
    says: /^GET \/x\n$/,
  },
  {
    name: 'the proxy of a service refuses unknown ports',
    args: ['get', '--raw', '/api/v1/namespaces/default/services/web:81/proxy/'],
    code: 1,
    says: /no service port 81 found for service "web"/,
  },
  {
    name: 'the proxy of a service without endpoints refuses',
    args: ['get', '--raw', '/api/v1/namespaces/default/services/empty:http/proxy/'],
    code: 1,
    says: /no endpoints available for service "empty"/,
  },
  {
    name: 'the proxy of a missing service is not found',
    args: ['get', '--raw', '/api/v1/namespaces/default/services/none/proxy/'],
    code: 1,
    says: /services "none" not found/,
  },
  {
    name: 'the proxy of a closed port refuses',
    args: ['get', '--raw', '/api/v1/namespaces/default/pods/web:1/proxy/'],
    code: 1,
    says: /error trying to reach service: dial tcp .*:1: connect: connection refused/,
  },
];

test('kubectl reaches into pods', async () => {
  await using cluster = await start();
  using work = new Workplace(cluster.kubeconfig);
  const outcomes = await Promise.all(
    CASES.map(({ args, input }) => work.run(kubectl, args, input === undefined ? {} : { input })),
  );
  for (const [index, { name, code = 0, says }] of CASES.entries()) {
    const outcome = outcomes[index];
    const text = `${outcome?.stdout}${outcome?.stderr}`;
    assert.is(outcome?.code, code, `${name}: ${text}`);
    assert.match(text, says, name);
  }
});

/** What makes kubectl speak as its older versions do. */
const BY_SPDY = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };

test('kubectl execs without WebSockets', async () => {
  await using cluster = await start();
  using work = new Workplace(cluster.kubeconfig);
  for (const { name, args, input = '', code = 0, says } of CASES.filter((row) => row.args[0] === 'exec')) {
    const outcome = await work.run(kubectl, args, { input, environment: BY_SPDY });
    const text = `${outcome.stdout}${outcome.stderr}`;
    assert.is(outcome.code, code, `${name}: ${text}`);
    assert.match(text, says, name);
  }
});

for (const [how, environment] of [
  ['', {}],
  [' without WebSockets', BY_SPDY],
] as const)
  test(`kubectl port-forward carries many connections${how}`, async () => {
    await using cluster = await start();
    using work = new Workplace(cluster.kubeconfig);
    await using forward = work.start(kubectl, ['port-forward', 'pod/web', ':8080'], { environment });
    const line = await forward.line(/Forwarding from 127/);
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => (await fetch(`http://127.0.0.1:${port}/${index}`)).text()),
    );
    assert.equal(
      answers,
      Array.from({ length: 20 }, (_, index) => `GET /${index}\n`),
    );
  });

test('kubectl logs follows a container until it ends', async () => {
  await using cluster = await start();
  using work = new Workplace(cluster.kubeconfig);
  await using follow = work.start(kubectl, ['logs', '-f', 'web']);
  await follow.line(/three/);
});

test.run();
