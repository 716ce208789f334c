import { type CallResult, callFunction } from '../calls.ts';
import { type Cast, INTRUDER_NAME } from '../cast.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { StepFailure } from '../step-failure.ts';
import { serveListed } from './get-in.ts';

/** Shows that the unlisted caller is refused now, and that the listed ones are still served. */
export async function beRefused(lab: Lab, cast: Cast, narrator: Narrator): Promise<CallResult> {
  const result = await callFunction(cast.intruder);
  if (result.kind !== 'refused') throw new StepFailure(`\`${INTRUDER_NAME}\` to be refused`, 'it was served');
  narrator.tell('EMULATED', `\`${INTRUDER_NAME}\` calls again with the same keys: refused by the local AWS`);
  narrator.show(`${result.code}: ${result.message}`);
  await serveListed(lab, cast, 'after.jpg', narrator);
  return result;
}
