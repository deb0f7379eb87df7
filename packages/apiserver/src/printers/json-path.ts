/** The JSONPath of printer columns: `.spec.size`, `.status.conditions[?(@.type=="Ready")].status`, `..name`. */

/** A parsed path: takes a value, answers every value that the path leads to. */
export type JsonPath = (root: unknown) => unknown[];

type Step = (values: unknown[]) => unknown[];

const SEGMENT =
  /\.\.(?<deep>[\w-]+|\*)|\.(?<field>(?:\\.|[^.[\]\\])+)|\[(?:'(?<single>[^']*)'|"(?<double>[^"]*)"|(?<wild>\*)|(?<slice>-?\d*:-?\d*(?::-?\d+)?)|(?<index>-?\d+)|\?\((?<filter>(?:[^()'"]|'[^']*'|"[^"]*")*)\))\]|^\$|^@/y;

/** Parses a path; undefined when it is not one. Missing fields are no error: they lead nowhere. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = [];
  for (const groups of segmentsOf(/^[.[$@]/.test(text) ? text : `.${text}`) ?? [undefined]) {
    const step = groups === undefined ? undefined : stepOf(groups);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return (root) => steps.reduce<unknown[]>((values, step) => step(values), [root]);
}

type Groups = Record<string, string | undefined>;

/** The segments of a path, read to its very end; undefined when something is no segment. */
function segmentsOf(path: string): Groups[] | undefined {
  // a lone dot is the whole object
  if (path === '.') return [];
  const segments: Groups[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < path.length) {
    const match = SEGMENT.exec(path);
    if (match === null) return undefined;
    segments.push({ ...match.groups });
  }
  return segments;
}

function stepOf(groups: Groups): Step | undefined {
  const { deep, field, single, double, wild, slice, index, filter } = groups;
  const name = field?.replace(/\\(.)/g, '$1') ?? single ?? double;
  if (wild !== undefined || name === '*') return (values) => values.flatMap(childrenOf);
  if (name !== undefined) return (values) => values.flatMap((value) => fieldOf(value, name));
  if (deep !== undefined) return deepStep(deep);
  if (slice !== undefined) return sliceStep(slice);
  if (index !== undefined) return (values) => values.flatMap((value) => elementOf(value, Number(index)));
  return filter === undefined ? (values) => values : filterStep(filter);
}

const fieldOf = (value: unknown, name: string): unknown[] =>
  isMap(value) && Object.hasOwn(value, name) ? [value[name]] : [];

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function elementOf(value: unknown, index: number): unknown[] {
  if (!Array.isArray(value)) return [];
  const at = index < 0 ? index + value.length : index;
  return at >= 0 && at < value.length ? [value[at]] : [];
}

function deepStep(name: string): Step {
  const below = (value: unknown): unknown[] => [value, ...childrenOf(value).flatMap(below)];
  return (values) =>
    values.flatMap(below).flatMap((value) => (name === '*' ? childrenOf(value) : fieldOf(value, name)));
}

function sliceStep(text: string): Step {
  const [start, end, stride] = text.split(':').map((part) => (part === '' ? undefined : Number(part)));
  return (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? value.slice(start ?? 0, end).filter((_, at) => at % (stride ?? 1) === 0) : [],
    );
}

const COMPARISON = /^(?<left>.+?)\s*(?<operator>==|!=|<=|>=|<|>)\s*(?<right>.+)$/;

function filterStep(text: string): Step | undefined {
  const { left, operator, right } = COMPARISON.exec(text.trim())?.groups ?? {};
  const subject = parseJsonPath((left ?? text).trim().replace(/^@/, ''));
  if (subject === undefined) return undefined;
  const wanted = right === undefined ? undefined : operandOf(right.trim());
  return (values) =>
    values
      .flatMap((value) => (Array.isArray(value) ? value : []))
      .filter((element) => {
        const [found] = subject(element);
        return operator === undefined ? found !== undefined : compare(found, operator, wanted?.(element));
      });
}

/** The right side of a comparison: a quoted text, another path, or a number or boolean. */
function operandOf(text: string): (element: unknown) => unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return () => quoted[2];
  if (text.startsWith('@')) {
    const path = parseJsonPath(text.slice(1));
    return (element) => path?.(element)[0];
  }
  const literal = text === 'true' ? true : text === 'false' ? false : Number(text);
  return () => literal;
}

function compare(found: unknown, operator: string, wanted: unknown): boolean {
  if (found === undefined || typeof found !== typeof wanted) return false;
  switch (operator) {
    case '==':
      return found === wanted;
    case '!=':
      return found !== wanted;
    default:
      return ordered(found as number, operator, wanted as number);
  }
}

function ordered(a: number, operator: string, b: number): boolean {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
