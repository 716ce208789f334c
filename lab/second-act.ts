import type { PolicyDocument } from '../core/policy/document.ts';
import { callDry, expectServed, type Refusal, readFunctionPolicy } from './calls.ts';
import { FUNCTION_NAME, INSIDER_NAME, OPERATOR_NAME } from './cast.ts';
import { explainMissingFakecloud, FAKECLOUD_KEYS, findFakecloud, startFakecloudServer } from './fakecloud.ts';
import { type Stage, setUpStage } from './lab.ts';
import { LAB_ACCOUNT } from './local-aws.ts';
import type { Narrator } from './narration.ts';
import { beRefused } from './same-account/be-refused.ts';
import { contain } from './same-account/contain.ts';
import { standInForDeployment } from './same-account/deployment.ts';
import { type LostGuards, loseGuards } from './same-account/lose-guard.ts';
import { readContainment } from './same-account/read-containment.ts';
import { rollBack } from './same-account/roll-back.ts';
import { setStage } from './same-account/set-stage.ts';
import { openInbox } from './steps/open-inbox.ts';

/** What happened in the second act, for whoever wants to check it. */
export type SecondAct =
  | {
      readonly kind: 'played';
      readonly before: PolicyDocument;
      readonly contained: PolicyDocument;
      readonly refusal: Refusal;
      readonly lostGuards: LostGuards;
      readonly restored: PolicyDocument;
    }
  /** There is no engine for it at hand. */
  | { readonly kind: 'skipped'; readonly reason: string };

/**
 * Plays a caller of the function's own account whose IAM policy allows the call, on fakecloud: the first engine has no
 * PutResourcePolicy, and without it the guard cannot deny. Skipped, and said so, where there is no fakecloud.
 * The first step that does not end as it must throws.
 */
export async function playSecondAct(
  checkout: string,
  folder: string,
  narrator: Narrator,
): Promise<SecondAct> {
  narrator.begin('Second act: a caller of the same account, on an engine that has PutResourcePolicy');
  const path = findFakecloud();
  if (path === undefined) {
    const reason = `skipped: ministack has no PutResourcePolicy, and fakecloud is not here: ${explainMissingFakecloud()}`;
    narrator.show(reason);
    return { kind: 'skipped', reason };
  }
  const server = await startFakecloudServer(path, folder, LAB_ACCOUNT);
  try {
    narrator.tell('EMULATED', `fakecloud answers on ${server.endpoint}, with strict IAM`);
    return await playInsider(setUpStage(checkout, folder, server, FAKECLOUD_KEYS), narrator);
  } finally {
    await server.stop();
  }
}

async function playInsider(stage: Stage, narrator: Narrator): Promise<SecondAct> {
  const parts = await standInForDeployment(stage);
  narrator.tell(
    'PLAYED',
    'the deployment: ledger, topic, queue and a function that names them, made by the demo',
  );
  const inbox = await openInbox(stage, parts, narrator);
  const cast = await setStage(stage, narrator);
  const before = await readFunctionPolicy(stage);

  narrator.begin('Its own IAM policy lets the caller in');
  const { requestId } = await expectServed(cast.insider, callDry);
  await expectServed(cast.operator, callDry);
  narrator.tell(
    'EMULATED',
    `fakecloud lets \`${INSIDER_NAME}\` and \`${OPERATOR_NAME}\` call \`${FUNCTION_NAME}\` (DryRun: authorized, nothing runs)`,
  );

  narrator.begin('The guard denies it');
  const contained = await contain(stage, cast.insider, requestId, narrator);
  const digest = await readContainment(inbox, narrator);
  const refusal = await beRefused(stage, cast, narrator);

  narrator.begin("Somebody takes the guard's statements away by hand");
  const lostGuards = await loseGuards(stage, cast, inbox, narrator);

  narrator.begin('Roll back');
  const restored = await rollBack(stage, cast, before, digest, narrator);
  return { kind: 'played', before, contained, refusal, lostGuards, restored };
}

/** Says which engine showed what, once both acts have ended as they must. */
export function describeEngines(second: SecondAct): string {
  const denied = `a caller of the same account with an IAM policy of its own is denied, by \`PutResourcePolicy\``;
  return [
    'ministack: the deployment; detection; grants taken out of a policy; the alert; a second delivery; the rollback;',
    '           a door closed before a call; the heartbeat; a call that only the log file tells of',
    second.kind === 'played'
      ? `fakecloud: ${denied};\n           guard statements written again; the rollback of that`
      : `nothing:   ${denied} (act skipped)`,
  ].join('\n');
}
