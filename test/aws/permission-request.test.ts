import { translatePermission } from '../../aws/permission-request.ts';
import cases from '../cases/aws/permission-requests.json' with { type: 'json' };

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:f';

describe('statements in the words of AddPermission', () => {
  it.each(cases)('$name', ({ statement, expected }) => {
    expect(translatePermission(statement, FUNCTION_ARN)).toEqual(
      typeof expected === 'string'
        ? { kind: 'unsayable', reason: `AddPermission cannot grant this statement: ${expected}` }
        : { kind: 'parameters', parameters: expected },
    );
  });
});
