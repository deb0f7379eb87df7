/** Which form of answer an Accept header asks for. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseMediaType, parseAccept } from '../../src/negotiation/accept.ts';

const test = suite('accept');
const mediaTypes = ['application/json', 'application/yaml'];
const allows = ({ kind }: { kind: string }): boolean => kind === 'Table';

const CHOICES: [string | undefined, string | undefined, string?][] = [
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['application/yaml', 'application/yaml'],
  ['application/yaml;q=0.5,application/json;q=0.9', 'application/json'],
  ['application/yaml, */*;q=0.1', 'application/yaml'],
  ['*/*, application/yaml', 'application/yaml'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
  ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json', 'Table'],
  ['application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json', 'application/json'],
  ['application/json;as=Nonsense;v=v1;g=meta.k8s.io', undefined],
  ['application/json;q=0', undefined],
  ['text/csv', undefined],
];
for (const [header, mediaType, transform] of CHOICES)
  test(`${header ?? 'no header'} gets ${transform ?? ''} ${mediaType ?? 'nothing'}`, () => {
    const choice = chooseMediaType(header, { mediaTypes, allows });
    assert.equal([choice?.mediaType, choice?.transform?.kind], [mediaType, transform]);
  });

test('a clause may ask for indented output', () =>
  assert.is(chooseMediaType('application/json;pretty=1', { mediaTypes })?.pretty, true));

test('parameters lose their quotes, and q is no parameter', () =>
  assert.equal(parseAccept('application/json; AS="Table" ;q=0.3')[0], {
    type: 'application',
    subtype: 'json',
    params: { as: 'Table' },
    quality: 0.3,
  }));

test.run();
