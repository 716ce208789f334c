import { classifyFault, raiseFault } from '../../aws/sdk-fault.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { composeSdkError } from './sdk-errors.ts';

describe('errors of the SDK', () => {
  it.each([
    ['AccessDeniedException', 403, 'accessDenied'],
    ['SomethingNewException', 403, 'accessDenied'],
    ['MissingAuthenticationTokenException', 403, 'apiMissing'],
    ['UnrecognizedClientException', 403, 'credentials'],
    ['ExpiredTokenException', 403, 'credentials'],
    ['ResourceNotFoundException', 404, 'notFound'],
    ['UnknownError', 404, 'apiMissing'],
    ['UnknownOperationException', 404, 'apiMissing'],
    ['SyntaxError', 404, 'apiMissing'],
    ['InvalidAction', 400, 'apiMissing'],
    ['UnknownError', 405, 'apiMissing'],
    ['UnknownError', 501, 'apiMissing'],
    ['ResourceConflictException', 409, 'conflict'],
    ['PreconditionFailedException', 412, 'precondition'],
    ['TooManyRequestsException', 429, 'transient'],
    ['ServiceException', 500, 'transient'],
    ['UnknownError', 503, 'transient'],
    ['TimeoutError', undefined, 'transient'],
    ['InvalidParameterValueException', 400, 'invalid'],
    ['PolicyLengthExceededException', 400, 'invalid'],
    ['PublicPolicyException', 400, 'invalid'],
    ['constructor', undefined, 'other'],
    ['TypeError', undefined, 'other'],
  ])('reads %s with status %s as %s', (name, status, expected) => {
    expect(classifyFault(composeSdkError(name, status))).toBe(expected);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT'])(
    'reads %s as something that passes',
    (code) => {
      expect(classifyFault(Object.assign(new Error('socket'), { code }))).toBe('transient');
    },
  );

  it('names the IAM actions that are missing', () => {
    const denied = composeSdkError('AccessDeniedException', 403);
    const raise = () => raiseFault(denied, 'lambda:PutResourcePolicy', 'lambda:AddPermission');
    expect(raise).toThrow(PermanentError);
    expect(raise).toThrow(/^`lambda:PutResourcePolicy` with `lambda:AddPermission` is not allowed: allow it/);
  });

  it.each([
    ['TooManyRequestsException', 429],
    ['ExpiredTokenException', 403],
    ['ResourceConflictException', 409],
    ['UnknownError', 500],
  ])('wants %s to be tried again, and keeps its cause', (name, status) => {
    const cause = composeSdkError(name, status);
    const raise = () => raiseFault(cause, 'lambda:GetPolicy');
    expect(raise).toThrow(RetryableError);
    expect(raise).toThrow(expect.objectContaining({ cause }));
  });

  it.each([
    ['ResourceNotFoundException', 404],
    ['UnknownOperationException', 404],
    ['ValidationException', 400],
  ])('wants a person to look at %s', (name, status) => {
    expect(() => raiseFault(composeSdkError(name, status), 'lambda:GetPolicy')).toThrow(PermanentError);
  });

  it('passes on what it does not know, as it is', () => {
    const bug = new TypeError('undefined is not a function');
    expect(() => raiseFault(bug, 'lambda:GetPolicy')).toThrow(bug);
  });
});
