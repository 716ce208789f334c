import { expectServed, uploadFile } from '../calls.ts';
import { type Cast, FUNCTION_NAME, INTRUDER_NAME, OPERATOR_NAME } from '../cast.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';

/** Shows that all three callers get in, the unlisted one too. Answers the request ID of the unlisted call. */
export async function getIn(lab: Lab, cast: Cast, narrator: Narrator): Promise<string> {
  await serveListed(lab, cast, 'before.jpg', narrator);
  const { requestId } = await expectServed(cast.intruder);
  narrator.tell('EMULATED', `\`${INTRUDER_NAME}\`, whom nobody listed, calls \`${FUNCTION_NAME}\`: served`);
  return requestId;
}

/** Shows that the listed bucket and the listed user are served. */
export async function serveListed(lab: Lab, cast: Cast, key: string, narrator: Narrator): Promise<void> {
  await uploadFile(lab, key);
  narrator.tell(
    'EMULATED',
    `an upload to the listed bucket runs \`${FUNCTION_NAME}\` (the local S3 does not ask the policy)`,
  );
  await expectServed(cast.operator);
  narrator.tell(
    'EMULATED',
    `\`${OPERATOR_NAME}\`, who is listed, calls \`${FUNCTION_NAME}\`: served, by the function's policy`,
  );
}
