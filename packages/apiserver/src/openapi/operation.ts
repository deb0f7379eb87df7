/** Operations of the API, before they are written as OpenAPI 3 or 2. */
import type { GroupVersionKind } from '@towtank/apimachinery';

/** Methods in the order in which a path lists them. */
export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

/** An HTTP method as OpenAPI names it. */
export type Method = (typeof METHODS)[number];

/** A parameter of a path or operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description?: string;
}

/** What an operation answers with one status code. */
export interface Answer {
  readonly code: 200 | 201 | 202 | 401;
  /** Name of a type of the schema table, `string` for plain text, undefined for nothing. */
  readonly type?: string;
  readonly mediaTypes: readonly string[];
}

/** One method of one path. */
export interface Operation {
  readonly method: Method;
  readonly id: string;
  readonly description: string;
  readonly tag: string;
  /** `x-kubernetes-action`; discovery documents have none. */
  readonly action?: string;
  readonly kind?: GroupVersionKind;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly type: string; readonly mediaTypes: readonly string[]; readonly required: boolean };
  readonly answers: readonly Answer[];
}

/** A path with its operations. */
export interface ApiPath {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/** Texts of status codes. */
export const ANSWER_TEXTS: Readonly<Record<Answer['code'], string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};

/** The parameters that all operations of a path share, by name, and each operation's own. */
export function shareParameters({ operations }: ApiPath): { shared: Parameter[]; own: Map<Operation, Parameter[]> } {
  const [first] = operations;
  const isShared = ({ name, in: place }: Parameter): boolean =>
    operations.every(({ parameters }) => parameters.some((other) => other.name === name && other.in === place));
  const shared = sorted((first?.parameters ?? []).filter(isShared));
  const own = operations.map((operation): [Operation, Parameter[]] => [
    operation,
    sorted(operation.parameters.filter((parameter) => !isShared(parameter))),
  ]);
  return { shared, own: new Map(own) };
}

const sorted = (parameters: readonly Parameter[]): Parameter[] =>
  [...parameters].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1));
