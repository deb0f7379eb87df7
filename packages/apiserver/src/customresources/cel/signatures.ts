/** What functions and operators take and give: the standard library and that of Kubernetes. */
import { type CelType, simple } from './cel-types.ts';
import { formatNames } from './format-functions.ts';

/** One way to call a function. */
export interface Signature {
  readonly target: CelType | undefined;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

/** `target.name(args) result`; T is the same type wherever it stands in a line. */
const LINES = `
_==_(A, A) bool
_!=_(A, A) bool
_&&_(bool, bool) bool
_||_(bool, bool) bool
!_(bool) bool
_?_:_(bool, A, A) A
_+_(int, int) int;(uint, uint) uint;(double, double) double;(string, string) string;(bytes, bytes) bytes
_+_(list(A), list(A)) list(A);(timestamp, duration) timestamp;(duration, timestamp) timestamp;(duration, duration) duration
_-_(int, int) int;(uint, uint) uint;(double, double) double;(timestamp, timestamp) duration
_-_(timestamp, duration) timestamp;(duration, duration) duration
_*_(int, int) int;(uint, uint) uint;(double, double) double
_/_(int, int) int;(uint, uint) uint;(double, double) double
_%_(int, int) int;(uint, uint) uint
-_(int) int;(double) double
_[_](list(A), int) A;(map(A, B), A) B
@in(A, list(A)) bool;(A, map(A, B)) bool
size(string) int;(bytes) int;(list(A)) int;(map(A, B)) int
string.size() int
bytes.size() int
list(A).size() int
map(A, B).size() int
string.contains(string) bool
string.startsWith(string) bool
string.endsWith(string) bool
string.matches(string) bool
matches(string, string) bool
int(int) int;(uint) int;(double) int;(string) int;(timestamp) int
uint(uint) uint;(int) uint;(double) uint;(string) uint
double(double) double;(int) double;(uint) double;(string) double
string(string) string;(bool) string;(int) string;(uint) string;(double) string;(bytes) string;(timestamp) string
string(duration) string;(IP) string;(CIDR) string
bytes(bytes) bytes;(string) bytes
bool(bool) bool;(string) bool
duration(duration) duration;(string) duration
timestamp(timestamp) timestamp;(string) timestamp;(int) timestamp
dyn(A) dyn
type(A) type
timestamp.getFullYear() int;(string) int
timestamp.getMonth() int;(string) int
timestamp.getDate() int;(string) int
timestamp.getDayOfMonth() int;(string) int
timestamp.getDayOfWeek() int;(string) int
timestamp.getDayOfYear() int;(string) int
timestamp.getHours() int;(string) int
timestamp.getMinutes() int;(string) int
timestamp.getSeconds() int;(string) int
timestamp.getMilliseconds() int;(string) int
duration.getHours() int
duration.getMinutes() int
duration.getSeconds() int
duration.getMilliseconds() int
strings.quote(string) string
string.charAt(int) string
string.indexOf(string) int;(string, int) int
string.lastIndexOf(string) int;(string, int) int
string.lowerAscii() string
string.upperAscii() string
string.replace(string, string) string;(string, string, int) string
string.split(string) list(string);(string, int) list(string)
string.substring(int) string;(int, int) string
string.trim() string
string.format(list(dyn)) string
list(string).join() string;(string) string
list(A).isSorted() bool
list(A).sum() A
list(A).min() A
list(A).max() A
list(A).indexOf(A) int
list(A).lastIndexOf(A) int
string.find(string) string
string.findAll(string) list(string);(string, int) list(string)
sets.contains(list(A), list(A)) bool
sets.equivalent(list(A), list(A)) bool
sets.intersects(list(A), list(A)) bool
url(string) URL
isURL(string) bool
URL.getScheme() string
URL.getHost() string
URL.getHostname() string
URL.getPort() string
URL.getEscapedPath() string
URL.getQuery() map(string, list(string))
quantity(string) Quantity
isQuantity(string) bool
Quantity.sign() int
Quantity.isInteger() bool
Quantity.asInteger() int
Quantity.asApproximateFloat() double
Quantity.add(Quantity) Quantity;(int) Quantity
Quantity.sub(Quantity) Quantity;(int) Quantity
Quantity.isGreaterThan(Quantity) bool
Quantity.isLessThan(Quantity) bool
Quantity.compareTo(Quantity) int
ip(string) IP
isIP(string) bool
ip.isCanonical(string) bool
IP.family() int
IP.isUnspecified() bool
IP.isLoopback() bool
IP.isLinkLocalMulticast() bool
IP.isLinkLocalUnicast() bool
IP.isGlobalUnicast() bool
cidr(string) CIDR
isCIDR(string) bool
CIDR.containsIP(IP) bool;(string) bool
CIDR.containsCIDR(CIDR) bool;(string) bool
CIDR.ip() IP
CIDR.masked() CIDR
CIDR.prefixLength() int
format.named(string) optional(Format)
Format.validate(string) optional(list(string))
optional(A).hasValue() bool
optional(A).value() A
optional(A).orValue(A) A
@not_strictly_false(bool) bool
`;

/** What comparisons compare. */
const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
/** Names that stand before functions without being values. */
const NAMESPACES = new Set(['strings', 'sets', 'ip', 'format']);
const SHORT: Readonly<Record<string, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  URL: 'kubernetes.URL',
  Quantity: 'kubernetes.Quantity',
  IP: 'net.IP',
  CIDR: 'net.CIDR',
  Format: 'kubernetes.NamedFormat',
};

let table: ReadonlyMap<string, readonly Signature[]> | undefined;

/** The ways to call a function; none for one that nobody knows. */
export function signaturesOf(name: string): readonly Signature[] {
  table ??= readTable();
  return table.get(name) ?? [];
}

function readTable(): ReadonlyMap<string, readonly Signature[]> {
  const read = new Map<string, Signature[]>();
  const add = (name: string, signature: Signature): void => {
    const known = read.get(name);
    if (known === undefined) read.set(name, [signature]);
    else known.push(signature);
  };
  for (const line of LINES.trim().split('\n')) {
    const { head = '', rest = '' } =
      /^(?<head>.*?[^(,.]*?[^(]+?)(?<rest>\((?:[^()]|\([^()]*\))*\) [^.]*)$/.exec(line)?.groups ?? {};
    const dot = /^(?<target>[a-zA-Z]+(?:\([^)]*\))?)\.(?<method>\w+)$/.exec(head)?.groups;
    const isMethod = dot !== undefined && !NAMESPACES.has(dot.target ?? '');
    for (const form of rest.split(';')) {
      const close = form.lastIndexOf(') ') < 0 ? form.length : closing(form);
      const args = splitTypes(form.slice(1, close)).map(readType);
      const target = isMethod ? readType(dot?.target ?? '') : undefined;
      add(isMethod ? `.${dot?.method}` : head, { target, args, result: readType(form.slice(close + 1).trim()) });
    }
  }
  for (const name of formatNames()) add(`format.${name}`, { target: undefined, args: [], result: readType('Format') });
  for (const operator of ['_<_', '_<=_', '_>_', '_>=_']) {
    for (const name of ORDERED)
      add(operator, { target: undefined, args: [readType(name), readType(name)], result: simple('bool') });
    for (const [a, b] of [
      ['int', 'double'],
      ['double', 'int'],
      ['int', 'uint'],
      ['uint', 'int'],
      ['uint', 'double'],
      ['double', 'uint'],
    ])
      add(operator, { target: undefined, args: [simple(a ?? ''), simple(b ?? '')], result: simple('bool') });
  }
  return read;
}

/** Where the first bracket of a text closes. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const letter of text) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += letter;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

function readType(text: string): CelType {
  const { name = '', inner = '' } = /^(?<name>\w+)\((?<inner>.*)\)$/.exec(text)?.groups ?? {};
  const [first, second] = splitTypes(inner).map(readType);
  if (name === 'list') return { kind: 'list', element: first ?? simple('dyn') };
  if (name === 'map') return { kind: 'map', key: first ?? simple('dyn'), value: second ?? simple('dyn') };
  if (name === 'optional') return { kind: 'optional', value: first ?? simple('dyn') };
  if (/^[A-Z]$/.test(text)) return { kind: 'parameter', name: text };
  return simple(SHORT[text] ?? text);
}
