import { canonicalizeContent } from '../policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';
import {
  type FunctionReference,
  parseFunctionName,
  qualifyFunctionArn,
} from '../record/function-reference.ts';

/** The Sid of the grant that makes a policy exist without letting anybody in. */
export const INERT_SID = 'InvokeguardInert';

/** No AWS account has this number, so no bucket of its can send a notification. */
export const INERT_ACCOUNT = '000000000000';

/** The inert grant of one policy, as AWS stores it: it matches no request, because it asks for an account that is none. */
export function composeInertGrant(target: FunctionReference): PolicyStatement {
  return {
    Sid: INERT_SID,
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: qualifyFunctionArn(target.functionArn, target.qualifier),
    Condition: {
      ArnLike: { 'aws:SourceArn': composeInertSource(target) },
      StringEquals: { 'aws:SourceAccount': INERT_ACCOUNT },
    },
  };
}

/** The bucket that the inert grant is for: nobody has it. */
export function composeInertSource(target: FunctionReference): string {
  const partition = parseFunctionName(target.functionArn)?.partition ?? 'aws';
  return `arn:${partition}:s3:::invokeguard-inert`;
}

/** Decides whether a statement is our inert grant: its Sid alone would let somebody hide a real grant behind it. */
export function isInertGrant(statement: PolicyStatement, target: FunctionReference): boolean {
  return (
    statement['Sid'] === INERT_SID &&
    canonicalizeContent(statement) === canonicalizeContent(composeInertGrant(target))
  );
}

/** The policy without our inert grant, which a run that died may have left behind; the next write drops it. */
export function omitInertGrant(policy: PolicyDocument, target: FunctionReference): PolicyDocument {
  const kept = policy.Statement.filter((statement) => !isInertGrant(statement, target));
  return kept.length === policy.Statement.length ? policy : { ...policy, Statement: kept };
}
