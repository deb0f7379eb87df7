/** What Kubernetes says of bad names, label keys and label values: one message per broken rule, none when good. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;

const compiled = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const [IS_LABEL, IS_SUBDOMAIN, IS_1035_LABEL] = [compiled(LABEL), compiled(SUBDOMAIN), compiled(LABEL_1035)];
const [IS_QUALIFIED, IS_LABEL_VALUE] = [compiled(QUALIFIED), compiled(LABEL_VALUE)];

/** The wording of `k8s.io/apimachinery/pkg/util/validation.RegexError`, its double blank included. */
function regexMessage(message: string, pattern: string, ...examples: string[]): string {
  const shown = examples
    .map((example) => `'${example}'`)
    .join(' or ')
    .replaceAll(' or ', ',  or ');
  return `${message} (e.g. ${shown}, regex used for validation is '${pattern}')`;
}
const maxLength = (length: number): string => `must be no more than ${length} bytes`;
/** Names count their characters, which are all ASCII where the name is valid at all. */
const maxCharacters = (length: number): string => `must be no more than ${length} characters`;

/** DNS-1123 label: namespace names, port names. */
export function dns1123LabelErrors(value: string): string[] {
  if (value.length <= 63 && IS_LABEL.test(value)) return [];
  const errors: string[] = [];
  if (Buffer.byteLength(value) > 63) errors.push(maxCharacters(63));
  if (!IS_LABEL.test(value))
    errors.push(
      IS_SUBDOMAIN.test(value)
        ? 'must not contain dots'
        : regexMessage(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            LABEL,
            'my-name',
            '123-abc',
          ),
    );
  return errors;
}

/** DNS-1123 subdomain: the names of most objects. */
export function dns1123SubdomainErrors(value: string): string[] {
  if (value.length <= 253 && IS_SUBDOMAIN.test(value)) return [];
  const errors: string[] = [];
  if (Buffer.byteLength(value) > 253) errors.push(maxCharacters(253));
  if (!IS_SUBDOMAIN.test(value))
    errors.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
    );
  return errors;
}

/** DNS-1035 label: starts with a letter. */
export function dns1035LabelErrors(value: string): string[] {
  const errors: string[] = [];
  if (Buffer.byteLength(value) > 63) errors.push(maxCharacters(63));
  if (!IS_1035_LABEL.test(value))
    errors.push(
      regexMessage(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        LABEL_1035,
        'my-name',
        'abc-123',
      ),
    );
  return errors;
}

/** A key of labels and annotations: an optional DNS prefix, a slash, a name. */
export function labelKeyErrors(value: string): string[] {
  if (value.length <= 63 && IS_QUALIFIED.test(value)) return [];
  const parts = value.split('/');
  const errors: string[] = [];
  let name = parts[0] ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    name = parts[1] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else
      errors.push(
        ...dns1123SubdomainErrors(prefix).map(
          (message) => `prefix part ${message.replace('253 characters', '253 bytes')}`,
        ),
      );
  } else if (parts.length > 2) {
    return [
      `a valid label key ${regexMessage(QUALIFIED_RULE, QUALIFIED, ...QUALIFIED_EXAMPLES)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (Buffer.byteLength(name) > 63) errors.push(`name part ${maxLength(63)}`);
  if (!IS_QUALIFIED.test(name))
    errors.push(`name part ${regexMessage(QUALIFIED_RULE, QUALIFIED, ...QUALIFIED_EXAMPLES)}`);
  return errors;
}

const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_EXAMPLES = ['MyName', 'my.name', '123-abc'];

/** A value of a label. */
export function labelValueErrors(value: string): string[] {
  if (value.length <= 63 && IS_LABEL_VALUE.test(value)) return [];
  const errors: string[] = [];
  if (Buffer.byteLength(value) > 63) errors.push(maxLength(63));
  if (!IS_LABEL_VALUE.test(value))
    errors.push(
      regexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        LABEL_VALUE,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  return errors;
}

/** Names that only have to fit into a path. */
export function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  if (!name.includes('/') && !name.includes('%')) return [];
  return ['/', '%'].filter((character) => name.includes(character)).map((bad) => `may not contain '${bad}'`);
}
