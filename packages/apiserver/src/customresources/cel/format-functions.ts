/** The named formats of Kubernetes: `format.dns1123Label().validate(self)` is what is wrong with a text, if anything is. */
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
} from '@towtank/apimachinery';
import { isOfFormat } from '../values/value-formats.ts';
import type { CelFunction, KubernetesTypes } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

/** What is wrong with a text. */
export type FormatRule = (text: string) => string[];

/** The beginning of a name may end in a dash, since something follows it. */
const prefix =
  (rule: FormatRule): FormatRule =>
  (text) =>
    rule(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const known =
  (format: string, message: string): FormatRule =>
  (text) =>
    isOfFormat(format, text) ? [] : [message];

const RULES: Readonly<Record<string, FormatRule>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: labelKeyErrors,
  dns1123LabelPrefix: prefix(dns1123LabelErrors),
  dns1123SubdomainPrefix: prefix(dns1123SubdomainErrors),
  dns1035LabelPrefix: prefix(dns1035LabelErrors),
  labelValue: labelValueErrors,
  uri: known('uri', 'invalid URI'),
  uuid: known('uuid', 'does not match the UUID format'),
  byte: known('byte', 'invalid base64'),
  date: known('date', 'invalid date'),
  datetime: known('date-time', 'invalid datetime'),
};

/** The functions. `optional` makes a value that may be absent. */
export function formatFunctions(
  { cel }: CelModules,
  { format, optional: optionalType }: KubernetesTypes,
  optional: (value: unknown) => unknown,
): CelFunction[] {
  const { celFunc, celMethod, CelScalar } = cel;
  const named = Object.entries(RULES).map(([name, rule]) =>
    celFunc(`format.${name}`, [], format.type as never, (() => format.wrap(rule, name)) as never),
  );
  return [
    ...named,
    celFunc(
      'format.named',
      [CelScalar.STRING],
      optionalType.type as never,
      ((name: string) => {
        const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
        return optional(rule === undefined ? undefined : format.wrap(rule, name));
      }) as never,
    ),
    celMethod(
      'validate',
      format.type as never,
      [CelScalar.STRING],
      optionalType.type as never,
      function (this: unknown, text: string) {
        const errors = format.unwrap(this)(text);
        return optional(errors.length === 0 ? undefined : errors);
      } as never,
    ),
  ];
}

/** The names of the formats. */
export const formatNames = (): string[] => Object.keys(RULES);
