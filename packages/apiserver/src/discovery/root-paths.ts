/** The answer to `/`: every path that the server answers to. */
import type { ApiGroup } from './api-groups.ts';
import { HEALTH_CHECKS } from './health.ts';

const FIXED = [
  '/.well-known/openid-configuration',
  '/apis',
  '/apis/',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/version',
];

/** The list of paths, sorted. */
export function rootPaths(groups: readonly ApiGroup[]): { paths: string[] } {
  const api = groups.flatMap(({ name, versions }) => {
    const root = name === '' ? '/api' : `/apis/${name}`;
    return [root, ...versions.map(({ version }) => `${root}/${version}`)];
  });
  const health = Object.entries(HEALTH_CHECKS).flatMap(([endpoint, checks]) => [
    `/${endpoint}`,
    ...checks.map((check) => `/${endpoint}/${check}`),
  ]);
  return { paths: [...FIXED, ...api, ...health].sort() };
}
