import { expectRefused, type Refusal } from '../calls.ts';
import { type Cast, CONTRACTOR_NAME, INTRUDER_NAME } from '../cast.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { serveListed } from './get-in.ts';

/** Shows that the unlisted callers are refused now, and that the listed ones are still served. */
export async function beRefused(lab: Lab, cast: Cast, narrator: Narrator): Promise<Refusal> {
  const refusal = await expectRefused(cast.intruder);
  narrator.tell('EMULATED', `\`${INTRUDER_NAME}\` calls again with the same keys: refused by the local AWS`);
  narrator.show(`${refusal.code}: ${refusal.message}`);
  await expectRefused(cast.contractor);
  narrator.tell('EMULATED', `\`${CONTRACTOR_NAME}\`, who is not listed either, is refused too`);
  await serveListed(lab, cast, 'after.jpg', narrator);
  return refusal;
}
