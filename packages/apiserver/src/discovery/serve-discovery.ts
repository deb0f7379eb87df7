/** Discovery: what the API consists of, for clients that map kinds to paths. */
import { createHash } from 'node:crypto';
import { chooseMediaType, type MediaChoice, type Transform } from '../negotiation/accept.ts';
import type { Resource } from '../resources/resource.ts';
import { apiGroupDiscoveryList, type DiscoveryVersion } from './aggregated-discovery.ts';
import { type ApiGroup, groupsOf } from './api-groups.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './api-resource-list.ts';
import {
  apiNotFound,
  type DiscoveryAnswer,
  jsonAnswer,
  notAcceptableAnswer,
  readOnly,
  taggedAnswer,
} from './discovery-answer.ts';
import { serveHealth } from './health.ts';
import { rootPaths } from './root-paths.ts';
import { VERSION_INFO } from './version-info.ts';

/** A request about the API itself. */
export interface DiscoveryRequest {
  /** Path without query, as on the request line. */
  readonly path: string;
  /** Default GET. */
  readonly method?: string;
  readonly query?: URLSearchParams;
  /** The Accept header. */
  readonly accept?: string | undefined;
  /** The If-None-Match header. */
  readonly ifNoneMatch?: string | undefined;
  /** The Host header: the address that `/api` names. */
  readonly host?: string | undefined;
  /** Every served resource. Pass the same array while nothing changes: documents are remembered for it. */
  readonly resources: readonly Resource[];
}

const MEDIA_TYPES = ['application/json', 'application/yaml'];
const NO_QUERY = new URLSearchParams();

/**
 * Answers `/`, `/version`, the health endpoints, and `/api`, `/apis` and the documents below them. Undefined for paths
 * that are not about discovery, or of groups that are not served.
 */
export function serveDiscovery(request: DiscoveryRequest): DiscoveryAnswer | undefined {
  const { path, method = 'GET', query = NO_QUERY } = request;
  const answer = serveHealth(path, query) ?? serveFixed(path, request.resources) ?? serveGroups(request);
  if (answer === undefined || method === 'GET' || method === 'HEAD' || answer.status === 404) return answer;
  return readOnly();
}

function serveFixed(path: string, resources: readonly Resource[]): DiscoveryAnswer | undefined {
  if (path === '/version' || path === '/version/') return { ...jsonAnswer(VERSION_INFO), indented: true };
  return path === '/' ? { ...jsonAnswer(rootPaths(groupsOf(resources))), indented: true } : undefined;
}

function serveGroups(request: DiscoveryRequest): DiscoveryAnswer | undefined {
  const [root, ...parts] = request.path.split('/').filter((part) => part !== '');
  if (root !== 'api' && root !== 'apis') return undefined;
  const groups = groupsOf(request.resources);
  if (parts.length === 0) return serveRoot(request, root, groups);
  const [name = '', version, ...rest] = root === 'api' ? ['', ...parts] : parts;
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined || rest.length > 0) return undefined;
  if (version === undefined) return negotiated(request, () => apiGroup(group));
  const apiVersion = group.versions.find((candidate) => candidate.version === version);
  // paths of built-in groups are claimed whole, so that an unknown version below one is the API's own 404
  if (apiVersion === undefined) return group.isBuiltIn ? apiNotFound() : undefined;
  return negotiated(request, () => apiResourceList(group, apiVersion));
}

function serveRoot(
  { accept, ifNoneMatch, host = '127.0.0.1:443', resources }: DiscoveryRequest,
  root: 'api' | 'apis',
  groups: readonly ApiGroup[],
): DiscoveryAnswer {
  const choice = chooseMediaType(accept, { mediaTypes: MEDIA_TYPES, allows: isAggregated });
  if (choice === undefined) return notAcceptableAnswer();
  const isCore = root === 'api';
  const shown = groups.filter(({ name }) => (name === '') === isCore);
  if (choice.transform !== undefined) return aggregated(resources, root, shown, choice, ifNoneMatch);
  const [core] = shown;
  const document = isCore && core !== undefined ? apiVersions(core, host) : apiGroupList(shown);
  return { ...jsonAnswer(document, choice.mediaType), headers: { vary: 'Accept' } };
}

const isAggregated = ({ kind, group, version }: Transform): boolean =>
  kind === 'APIGroupDiscoveryList' && group === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1');

interface Tagged {
  readonly document: object;
  readonly hash: string;
}

const aggregatedDocuments = new WeakMap<readonly Resource[], Map<string, Tagged>>();

function aggregated(
  resources: readonly Resource[],
  root: string,
  groups: readonly ApiGroup[],
  { mediaType, transform }: MediaChoice,
  ifNoneMatch: string | undefined,
): DiscoveryAnswer {
  const version = transform?.version as DiscoveryVersion;
  const documents = aggregatedDocuments.get(resources) ?? new Map<string, Tagged>();
  aggregatedDocuments.set(resources, documents);
  const key = `${root} ${version}`;
  let tagged = documents.get(key);
  if (tagged === undefined) {
    const document = apiGroupDiscoveryList(groups, version);
    tagged = { document, hash: createHash('sha512').update(JSON.stringify(document)).digest('hex').toUpperCase() };
    documents.set(key, tagged);
  }
  const contentType = `${mediaType};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const answer = { ...jsonAnswer(tagged.document, contentType), headers: { 'cache-control': 'public' } };
  return taggedAnswer(answer, tagged.hash, ifNoneMatch);
}

function negotiated({ accept }: DiscoveryRequest, document: () => object): DiscoveryAnswer {
  const choice = chooseMediaType(accept, { mediaTypes: MEDIA_TYPES });
  return choice === undefined ? notAcceptableAnswer() : jsonAnswer(document(), choice.mediaType);
}
