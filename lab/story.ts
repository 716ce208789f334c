import type { PolicyDocument } from '../core/policy/document.ts';
import { type Refusal, readFunctionPolicy } from './calls.ts';
import type { CloudTrailEvent } from './invocation-record.ts';
import { type Lab, openLab } from './lab.ts';
import type { Narrator } from './narration.ts';
import { awaitContainment } from './steps/await-containment.ts';
import { beRefused } from './steps/be-refused.ts';
import { deliverAgain } from './steps/deliver-again.ts';
import { deliverRecord } from './steps/deliver-record.ts';
import { deployGuard } from './steps/deploy-guard.ts';
import { feelPulse, type LedgerBeat } from './steps/feel-pulse.ts';
import { getIn } from './steps/get-in.ts';
import { loseCall } from './steps/lose-call.ts';
import { hireDeveloper, openDoor } from './steps/open-door.ts';
import type { ChangeAlert, InvocationAlert } from './steps/open-inbox.ts';
import { openInbox } from './steps/open-inbox.ts';
import { type ReadAlert, readAlert } from './steps/read-alert.ts';
import { rollBack } from './steps/roll-back.ts';
import { setStage } from './steps/set-stage.ts';

/** What happened in the story, for whoever wants to check it. */
export interface StoryFacts {
  readonly before: PolicyDocument;
  readonly event: CloudTrailEvent;
  readonly contained: PolicyDocument;
  readonly refusal: Refusal;
  readonly alert: ReadAlert;
  readonly restored: PolicyDocument;
  /** The alert about a grant that was taken out before anybody called. */
  readonly door: ChangeAlert;
  /** A beat of the heartbeat that came back. */
  readonly beat: LedgerBeat;
  /** The alert about a call that only the log file told of. */
  readonly lost: InvocationAlert;
}

/** Starts the local AWS for a story and says so. */
export async function openStage(checkout: string, folder: string, narrator: Narrator): Promise<Lab> {
  narrator.begin('Start a local AWS');
  const lab = await openLab(checkout, folder);
  narrator.tell(
    'EMULATED',
    `ministack answers on ${lab.aws.endpoint}; it enforces IAM and resource policies`,
  );
  return lab;
}

/**
 * Plays an unlisted call from beginning to end: deployed guard, call, containment, refusal, alert, duplicate, rollback;
 * then a grant that is closed before the first call, and a call that only CloudTrail's log file tells of.
 * The first step that does not end as it must throws.
 */
export async function playStory(lab: Lab, narrator: Narrator): Promise<StoryFacts> {
  narrator.begin('Deploy Invokeguard');
  const parts = await deployGuard(lab, narrator);
  const inbox = await openInbox(lab, parts, narrator);

  narrator.begin('Set the stage');
  const cast = await setStage(lab, narrator);
  const before = await readFunctionPolicy(lab);

  narrator.begin('An unlisted caller gets in');
  const requestId = await getIn(lab, cast, narrator);

  narrator.begin('Its call is recorded and delivered');
  const event = await deliverRecord(lab, parts, cast, requestId, narrator);

  narrator.begin('The guard contains it');
  const contained = await awaitContainment(lab, before, narrator);
  const refusal = await beRefused(lab, cast, narrator);

  narrator.begin('The guard tells people');
  const alert = await readAlert(inbox, event, narrator);

  narrator.begin('The same event comes twice');
  await deliverAgain(lab, parts, event, contained, inbox, narrator);

  narrator.begin('Roll back');
  const restored = await rollBack(lab, cast, before, narrator);

  narrator.begin('Somebody opens the door again');
  const developer = await hireDeveloper(lab);
  const door = await openDoor(lab, parts, developer, cast, inbox, narrator);

  narrator.begin('The guard feels its own pulse');
  const beat = await feelPulse(lab, parts, narrator);

  narrator.begin('EventBridge loses a call');
  const lost = await loseCall(lab, parts, developer, cast, inbox, narrator);
  return { before, event, contained, refusal, alert, restored, door, beat, lost };
}
