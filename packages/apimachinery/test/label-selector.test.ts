/** Label selectors select and print as those of k8s.io/apimachinery. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatLabelSelector,
  type LabelSelector,
  matchesLabels,
  matchesMap,
  parseLabelSelector,
  selects,
} from '../src/index.ts';

const test = suite('label selector');
const WEB = { app: 'web', tier: 'front', weight: '10', empty: '' };

const MATCHES: [selector: string, matches: boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web , tier = front', true],
  ['app=db', false],
  ['app=', false],
  ['empty=', true],
  ['app!=db', true],
  ['app!=web', false],
  ['missing!=x', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['!app', false],
  ['app in (db,web)', true],
  ['app in (db)', false],
  ['missing in (x)', false],
  ['missing in ()', false],
  ['empty in ()', true],
  ['empty in (,x)', true],
  ['empty in (x,)', true],
  ['app notin (db)', true],
  ['missing notin (x)', true],
  ['app notin (web,db)', false],
  ['weight>9', true],
  ['weight>10', false],
  ['weight<11', true],
  ['app>1', false],
  ['empty<1', false],
  ['missing<1', false],
  ['in in (in)', false],
  ['app,tier in (front),!missing', true],
];

for (const [selector, matches] of MATCHES)
  test(`"${selector}" ${matches ? 'matches' : 'does not match'}`, () =>
    assert.is(matchesLabels(parseLabelSelector(selector), WEB), matches));

test('numbers are compared exactly beyond 53 bits', () => {
  const labels = { n: '9007199254740993' };
  assert.ok(matchesLabels(parseLabelSelector('n>9007199254740992'), labels));
  assert.not.ok(matchesLabels(parseLabelSelector('n>9007199254740993'), labels));
});

test('a label named like a property of every object is not there', () => {
  assert.not.ok(matchesLabels(parseLabelSelector('constructor'), {}));
  assert.not.ok(matchesMap({ constructor: 'x' }, {}));
});

test('a plain map matches labels that hold all of it', () => {
  assert.ok(matchesMap({ app: 'web' }, WEB));
  assert.not.ok(matchesMap({ app: 'web', tier: 'back' }, WEB));
  assert.not.ok(matchesMap({ app: 'web' }, undefined));
});

const OBJECTS: { name: string; selector: LabelSelector | undefined; matches: boolean; text: string }[] = [
  { name: 'no selector matches nothing', selector: undefined, matches: false, text: '' },
  { name: 'an empty selector matches everything', selector: {}, matches: true, text: '' },
  {
    name: 'labels are equalities',
    selector: { matchLabels: { tier: 'front', app: 'web' } },
    matches: true,
    text: 'app=web,tier=front',
  },
  {
    name: 'an expression with one value stays an expression',
    selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    matches: true,
    text: 'app in (web)',
  },
  {
    name: 'expressions are sorted by key, values by text',
    selector: {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'zone', operator: 'NotIn', values: ['b', 'a'] },
        { key: 'missing', operator: 'DoesNotExist' },
        { key: 'tier', operator: 'Exists' },
      ],
    },
    matches: true,
    text: 'app=web,!missing,tier,zone notin (a,b)',
  },
  {
    name: 'an unknown operator matches nothing',
    selector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['w*'] }] },
    matches: false,
    text: '',
  },
];

for (const { name, selector, matches, text } of OBJECTS)
  test(name, () => {
    assert.is(selects(selector, WEB), matches);
    if (selector !== undefined && text !== '') assert.is(formatLabelSelector(selector), text);
  });

test.run();
