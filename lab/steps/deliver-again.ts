import { REMEDIATOR_NAME } from '../../core/guard.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { readFunctionLog, readFunctionPolicy } from '../calls.ts';
import type { CloudTrailEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import { countMessages } from './await-quiet.ts';
import { sendEvent } from './deliver-record.ts';
import type { DeployedParts } from './deploy-guard.ts';
import type { Inbox } from './open-inbox.ts';

/** Delivers the same event once more, as EventBridge and SQS may, and shows that nothing comes of it. */
export async function deliverAgain(
  lab: Lab,
  parts: DeployedParts,
  event: CloudTrailEvent,
  contained: PolicyDocument,
  inbox: Inbox,
  narrator: Narrator,
): Promise<void> {
  const runsBefore = await countRuns(lab);
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', 'the same event once more, as EventBridge and SQS may deliver it');
  await pollUntil(
    'the guard to work through its queues',
    async () => ({ runs: await countRuns(lab), waiting: await countMessages(lab, parts) }),
    ({ runs, waiting }) => runs > runsBefore && waiting === 0,
  );
  const policy = await readFunctionPolicy(lab);
  if (JSON.stringify(policy) !== JSON.stringify(contained)) {
    throw new StepFailure('the policy to stay as it was', JSON.stringify(policy));
  }
  const alerts = await inbox.takeAlerts();
  if (alerts.length > 0) throw new StepFailure('no second alert', `${alerts[0]?.subject}`);
  narrator.tell('REAL', 'the deployed Lambda bundle ran, changed nothing and sent no second alert');
}

async function countRuns(lab: Lab): Promise<number> {
  const lines = await readFunctionLog(lab, REMEDIATOR_NAME);
  return lines.filter((line) => line.startsWith('END RequestId')).length;
}
