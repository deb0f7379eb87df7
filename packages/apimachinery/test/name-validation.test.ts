/** Names and labels are judged in the words of k8s.io/apimachinery/pkg/util/validation. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
} from '../src/index.ts';

const test = suite('name validation');

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const KEY =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const CASES: [rule: (value: string) => string[], value: string, errors: string[]][] = [
  [dns1123LabelErrors, 'web-1', []],
  [dns1123LabelErrors, 'a'.repeat(63), []],
  [dns1123LabelErrors, 'a'.repeat(64), ['must be no more than 63 characters']],
  [dns1123LabelErrors, 'a.b', ['must not contain dots']],
  [dns1123LabelErrors, 'Web', [LABEL]],
  [dns1123LabelErrors, '-web', [LABEL]],
  [dns1123LabelErrors, '', [LABEL]],
  [dns1123LabelErrors, 'web\n', [LABEL]],
  [dns1123SubdomainErrors, 'a.b-c.d', []],
  [dns1123SubdomainErrors, 'a..b', [SUBDOMAIN]],
  [dns1123SubdomainErrors, 'a_b', [SUBDOMAIN]],
  [dns1123SubdomainErrors, `${'a'.repeat(254)}`, ['must be no more than 253 characters']],
  [dns1123SubdomainErrors, `${'ü'.repeat(130)}`, ['must be no more than 253 characters', SUBDOMAIN]],
  [dns1035LabelErrors, 'web-1', []],
  [dns1035LabelErrors, '1-web', [LABEL_1035]],
  [labelKeyErrors, 'app', []],
  [labelKeyErrors, 'example.com/App_1.x', []],
  [labelKeyErrors, '', ['name part must be non-empty', `name part ${KEY}`]],
  [labelKeyErrors, '/app', ['prefix part must be non-empty']],
  [labelKeyErrors, 'Example/app', [`prefix part ${SUBDOMAIN}`]],
  [
    labelKeyErrors,
    'a/b/c',
    [`a valid label key ${KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
  ],
  [labelKeyErrors, `${'x'.repeat(254)}/app`, ['prefix part must be no more than 253 bytes']],
  [labelKeyErrors, 'x'.repeat(64), ['name part must be no more than 63 bytes']],
  [labelValueErrors, '', []],
  [labelValueErrors, 'a_b.C-1', []],
  [labelValueErrors, 'a b', [VALUE]],
  [labelValueErrors, 'x'.repeat(64), ['must be no more than 63 bytes']],
];

for (const [rule, value, errors] of CASES)
  test(`${rule.name} of "${value.slice(0, 20)}"`, () => assert.equal(rule(value), errors));

test.run();
