/** The parts of the API that belong to no group version: discovery, the version, the issuer of service account tokens. */
import type { ApiGroup } from '../discovery/api-groups.ts';
import { type Schema, schemaNamed } from '../schema/schema-table.ts';
import { type DocumentedGroup, documentPath } from './documented-group.ts';
import type { ApiPath } from './operation.ts';
import { groupVersionWord, tagOf } from './operation-names.ts';
import { answersWith } from './resource-operations.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const VERSION_INFO = 'io.k8s.apimachinery.pkg.version.Info';

const text: Schema = { type: 'string', default: '' };
const optionalText: Schema = { type: 'string' };

/** Types of discovery documents that the schema table does without. */
const TYPES: Readonly<Record<string, Schema>> = {
  [`${META}.APIVersions`]: {
    type: 'object',
    required: ['versions', 'serverAddressByClientCIDRs'],
    properties: {
      apiVersion: optionalText,
      kind: optionalText,
      serverAddressByClientCIDRs: { type: 'array', items: { ref: `${META}.ServerAddressByClientCIDR`, default: {} } },
      versions: { type: 'array', items: text },
    },
    gvk: [{ group: '', version: 'v1', kind: 'APIVersions' }],
  },
  [`${META}.ServerAddressByClientCIDR`]: {
    type: 'object',
    required: ['clientCIDR', 'serverAddress'],
    properties: { clientCIDR: text, serverAddress: text },
  },
  [`${META}.APIGroupList`]: {
    type: 'object',
    required: ['groups'],
    properties: {
      apiVersion: optionalText,
      groups: { type: 'array', items: { ref: `${META}.APIGroup`, default: {} } },
      kind: optionalText,
    },
    gvk: [{ group: '', version: 'v1', kind: 'APIGroupList' }],
  },
  [VERSION_INFO]: {
    type: 'object',
    required: [
      'major',
      'minor',
      'gitVersion',
      'gitCommit',
      'gitTreeState',
      'buildDate',
      'goVersion',
      'compiler',
      'platform',
    ],
    properties: {
      buildDate: text,
      compiler: text,
      emulationMajor: optionalText,
      emulationMinor: optionalText,
      gitCommit: text,
      gitTreeState: text,
      gitVersion: text,
      goVersion: text,
      major: text,
      minCompatibilityMajor: optionalText,
      minCompatibilityMinor: optionalText,
      minor: text,
      platform: text,
    },
  },
};

const lookup = (name: string): Schema | undefined => TYPES[name] ?? schemaNamed(name);

const GET_VERSIONS = 'get available API versions';

const FIXED: readonly [string, ApiPath][] = [
  [
    '.well-known/openid-configuration',
    documentPath(
      '/.well-known/openid-configuration/',
      'getServiceAccountIssuerOpenIDConfiguration',
      'WellKnown',
      "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
      answersWith('string', [200], ['application/json']),
    ),
  ],
  ['api', documentPath('/api/', 'getCoreAPIVersions', 'core', GET_VERSIONS, answersWith(`${META}.APIVersions`, [200]))],
  ['apis', documentPath('/apis/', 'getAPIVersions', 'apis', GET_VERSIONS, answersWith(`${META}.APIGroupList`, [200]))],
  [
    'openid/v1/jwks',
    documentPath(
      '/openid/v1/jwks/',
      'getServiceAccountIssuerOpenIDKeyset',
      'openid',
      'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
      answersWith('string', [200], ['application/jwk-set+json']),
    ),
  ],
  [
    'version',
    documentPath(
      '/version/',
      'getCodeVersion',
      'version',
      'get the version information for this server',
      answersWith(VERSION_INFO, [200], ['application/json']),
    ),
  ],
];

/** What is described beside group versions, by the name in the index. */
export function rootDocuments(groups: readonly ApiGroup[]): [string, DocumentedGroup][] {
  const named = groups.filter(({ name, isBuiltIn }) => isBuiltIn && name !== '');
  return [...FIXED, ...named.map(groupPath)].map(([name, path]) => [name, { paths: [path], lookup, isCustom: false }]);
}

function groupPath({ name }: ApiGroup): [string, ApiPath] {
  const id = `get${groupVersionWord(name, '')}APIGroup`;
  const answers = answersWith(`${META}.APIGroup`, [200]);
  return [`apis/${name}`, documentPath(`/apis/${name}/`, id, tagOf(name), 'get information of a group', answers)];
}
