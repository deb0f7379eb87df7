/** Failures carry the code, reason, message and details of k8s.io/apimachinery/pkg/api/errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  hasReason,
  internalError,
  invalid,
  isStatusError,
  methodNotAllowed,
  notAcceptable,
  notFound,
  requestEntityTooLarge,
  required,
  resourceNotFound,
  StatusError,
  serviceUnavailable,
  statusErrorFrom,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from '../src/index.ts';

const test = suite('api errors');
const PODS = { group: '', resource: 'pods' };
const DEPLOYMENTS = { group: 'apps', resource: 'deployments' };

const CASES: [error: StatusError, code: number, reason: string, message: string, details: unknown][] = [
  [notFound(PODS, 'web'), 404, 'NotFound', 'pods "web" not found', { name: 'web', kind: 'pods' }],
  [
    notFound(DEPLOYMENTS, 'web'),
    404,
    'NotFound',
    'deployments.apps "web" not found',
    { name: 'web', group: 'apps', kind: 'deployments' },
  ],
  [resourceNotFound(), 404, 'NotFound', 'the server could not find the requested resource', {}],
  [alreadyExists(PODS, 'web'), 409, 'AlreadyExists', 'pods "web" already exists', { name: 'web', kind: 'pods' }],
  [
    conflict(PODS, 'web', 'it changed'),
    409,
    'Conflict',
    'Operation cannot be fulfilled on pods "web": it changed',
    { name: 'web', kind: 'pods' },
  ],
  [forbidden(PODS, 'web', 'no'), 403, 'Forbidden', 'pods "web" is forbidden: no', { name: 'web', kind: 'pods' }],
  [forbidden(PODS, '', 'no'), 403, 'Forbidden', 'pods is forbidden: no', { kind: 'pods' }],
  [forbidden({ group: '', resource: '' }, '', 'no'), 403, 'Forbidden', 'forbidden: no', {}],
  [
    invalid({ group: 'apps', kind: 'Deployment' }, 'web', [required('spec.a', 'set it')]),
    422,
    'Invalid',
    'Deployment.apps "web" is invalid: spec.a: Required value: set it',
    {
      name: 'web',
      group: 'apps',
      kind: 'Deployment',
      causes: [{ reason: 'FieldValueRequired', message: 'Required value: set it', field: 'spec.a' }],
    },
  ],
  [invalid({ group: '', kind: 'Pod' }, '', []), 422, 'Invalid', 'Pod "" is invalid', { kind: 'Pod' }],
  [badRequest('nonsense'), 400, 'BadRequest', 'nonsense', undefined],
  [unauthorized(), 401, 'Unauthorized', 'Unauthorized', undefined],
  [methodNotAllowed(), 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}],
  [
    notAcceptable(['application/json', 'application/yaml']),
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
    undefined,
  ],
  [
    unsupportedMediaType(['application/json']),
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json',
    undefined,
  ],
  [expired('too old'), 410, 'Expired', 'too old', undefined],
  [requestEntityTooLarge(9), 413, 'RequestEntityTooLarge', 'Request entity too large: limit is 9', undefined],
  [
    internalError('it broke'),
    500,
    'InternalError',
    'Internal error occurred: it broke',
    { causes: [{ message: 'it broke' }] },
  ],
  [serviceUnavailable('later'), 503, 'ServiceUnavailable', 'later', undefined],
  [tooManyRequests('slow', 3), 429, 'TooManyRequests', 'slow', { retryAfterSeconds: 3 }],
  [tooManyRequests('slow', 0), 429, 'TooManyRequests', 'slow', {}],
];

for (const [error, code, reason, message, details] of CASES)
  test(`${code} ${reason}: ${message}`, () => {
    assert.ok(isStatusError(error));
    assert.ok(hasReason(error, reason));
    const status = error.toStatus();
    assert.equal(
      { code: status.code, reason: status.reason, message: status.message, details: status.details },
      {
        code,
        reason,
        message,
        details,
      },
    );
    assert.is(status.status, 'Failure');
  });

test('a name that is no name is quoted safely', () =>
  assert.is(notFound(PODS, 'a"\n').message, 'pods "a\\"\\n" not found'));

test('a failure without a reason leaves the field out', () =>
  assert.not.ok('reason' in new StatusError(418, '', 'teapot').toStatus()));

test('an error rebuilt from its Status is the same', () => {
  const error = conflict(PODS, 'web', 'it changed');
  const rebuilt = statusErrorFrom(JSON.parse(JSON.stringify(error.toStatus())), 500);
  assert.equal(rebuilt.toStatus(), error.toStatus());
});

test('an error rebuilt from an empty answer names the HTTP code', () => {
  const { code, message } = statusErrorFrom({}, 502);
  assert.is(code, 502);
  assert.match(message, /502/);
});

test('the cause is kept', () => {
  const cause = new Error('deep');
  assert.is(internalError('it broke', { cause }).cause, cause);
});

test('errors of another copy of the package are recognised', () => {
  const foreign = Object.assign(new Error('x'), { name: 'StatusError', code: 404, reason: 'NotFound' });
  assert.ok(isStatusError(foreign));
  assert.ok(hasReason(foreign, 'NotFound'));
});

test('other values are not status errors', () => {
  for (const value of [new Error('x'), { name: 'StatusError', code: 404 }, null, undefined, 'NotFound'])
    assert.not.ok(isStatusError(value));
});

test.run();
