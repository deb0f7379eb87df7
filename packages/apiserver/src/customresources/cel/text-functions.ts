/** Functions on texts: regular expressions and URLs. */
import { goPattern } from '../go-pattern.ts';
import type { CelFunction, KubernetesTypes } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

/** The functions. */
export function textFunctions({ cel }: CelModules, { url }: KubernetesTypes): CelFunction[] {
  const { celMethod, celFunc, listType, mapType, CelScalar } = cel;
  const { STRING, BOOL, INT } = CelScalar;
  const TEXTS = listType(STRING);
  const found = (text: string, pattern: string, limit = -1n): string[] => {
    const expression = goPattern(pattern);
    const all = [...text.matchAll(new RegExp(expression.source, `${expression.flags}g`))].map(([match]) => match);
    return limit < 0n ? all : all.slice(0, Number(limit));
  };
  const part = (name: string, read: (parsed: URL) => string): CelFunction =>
    celMethod(name, url.type as never, [], STRING, function (this: unknown) {
      return read(url.unwrap(this) as URL);
    } as never);
  return [
    celMethod('find', STRING, [STRING], STRING, function (pattern) {
      return found(this, pattern, 1n)[0] ?? '';
    }),
    celMethod('findAll', STRING, [STRING], TEXTS, function (pattern) {
      return found(this, pattern);
    }),
    celMethod('findAll', STRING, [STRING, INT], TEXTS, function (pattern, limit) {
      return found(this, pattern, limit);
    }),
    celFunc('isURL', [STRING], BOOL, (text) => parsedUrl(text) !== undefined),
    celFunc(
      'url',
      [STRING],
      url.type as never,
      ((text: string) => {
        const parsed = parsedUrl(text);
        if (parsed === undefined)
          throw new Error(
            `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
          );
        return url.wrap(parsed, text);
      }) as never,
    ),
    part('getScheme', (parsed) => (isPath(parsed) ? '' : parsed.protocol.slice(0, -1))),
    part('getHost', (parsed) => (isPath(parsed) ? '' : parsed.host)),
    part('getHostname', (parsed) => (isPath(parsed) ? '' : parsed.hostname.replace(/^\[|\]$/g, ''))),
    part('getPort', (parsed) => parsed.port),
    part('getEscapedPath', (parsed) => parsed.pathname),
    celMethod(
      'getQuery',
      url.type as never,
      [],
      mapType(STRING, TEXTS) as never,
      function (this: unknown) {
        const { searchParams } = url.unwrap(this) as URL;
        return new Map([...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)])) as never;
      } as never,
    ),
  ];
}

/** Stands before paths without a host, which are URLs of requests too. */
const NOWHERE = 'path://';

const isPath = ({ protocol }: URL): boolean => NOWHERE.startsWith(protocol);

function parsedUrl(text: string): URL | undefined {
  if (text.startsWith('/')) return new URL(`${NOWHERE}nowhere${text}`);
  return URL.canParse(text) ? new URL(text) : undefined;
}
