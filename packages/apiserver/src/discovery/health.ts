/** `/healthz`, `/livez` and `/readyz`: named checks, each with a path of its own. */
import type { DiscoveryAnswer } from './discovery-answer.ts';
import { textAnswer } from './discovery-answer.ts';

/** The hooks of the real API server, in the order in which it reports them. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((name) => `poststarthook/${name}`);

const OPENAPI_HOOKS = ['poststarthook/apiservice-openapi-controller', 'poststarthook/apiservice-openapiv3-controller'];
const LIVE = ['ping', 'log', ...HOOKS, 'autoregister-completion', ...OPENAPI_HOOKS];
const READY = ['ping', 'log', 'informer-sync', ...LIVE.slice(2), 'shutdown'];

/** Checks by endpoint. */
export const HEALTH_CHECKS: Readonly<Record<string, readonly string[]>> = { healthz: LIVE, livez: LIVE, readyz: READY };

/** Answers `/readyz`, `/readyz?verbose&exclude=ping`, `/readyz/ping`; undefined for other paths. */
export function serveHealth(path: string, query: URLSearchParams): DiscoveryAnswer | undefined {
  const [endpoint = '', ...rest] = path.slice(1).split('/');
  const checks = Object.hasOwn(HEALTH_CHECKS, endpoint) ? HEALTH_CHECKS[endpoint] : undefined;
  if (checks === undefined) return undefined;
  const check = rest.join('/');
  if (check !== '') return checks.includes(check) ? healthAnswer('ok') : undefined;
  return healthAnswer(query.has('verbose') ? report(endpoint, checks, new Set(query.getAll('exclude'))) : 'ok');
}

const healthAnswer = (text: string): DiscoveryAnswer => ({
  ...textAnswer(200, text),
  headers: { 'x-content-type-options': 'nosniff' },
});

function report(endpoint: string, checks: readonly string[], excluded: ReadonlySet<string>): string {
  const lines = checks.map((name) => (excluded.has(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`));
  const unknown = [...excluded].filter((name) => !checks.includes(name)).sort();
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  return `${lines.join('\n')}\n${endpoint} check passed\n`;
}
