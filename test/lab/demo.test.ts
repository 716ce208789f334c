import { saveGuardLog } from '../../lab/calls.ts';
import { BUCKET_NAME, CONTRACTOR_SID, composeUserArn, FUNCTION_ARN, PLANTED_SID } from '../../lab/cast.ts';
import { composeInvocationEvent } from '../../lab/invocation-record.ts';
import { type Lab, makeLabFolder, openLab, removeLabFolder } from '../../lab/lab.ts';
import { LAB_ACCOUNT } from '../../lab/local-aws.ts';
import type { Narrator, Origin } from '../../lab/narration.ts';
import { findMatchingRule, requireNoRule } from '../../lab/steps/deliver-record.ts';
import { playStory, type StoryFacts } from '../../lab/story.ts';

/** The whole main path on a local AWS: the CDK CLI, the deployed bundle and the built command are the real ones. */
describe('an unlisted call, from the deployment to the rollback', () => {
  const told: { origin: Origin; text: string }[] = [];
  const narrator: Narrator = {
    begin: () => undefined,
    tell: (origin, text) => {
      told.push({ origin, text });
    },
    show: () => undefined,
  };
  const folder = makeLabFolder(process.cwd());
  let lab: Lab;
  let facts: StoryFacts;

  beforeAll(async () => {
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
    lab = await openLab(process.cwd(), folder);
    try {
      facts = await playStory(lab, narrator);
    } catch (error) {
      // The logs of a failure stay for whoever looks into it.
      await saveGuardLog(lab);
      await lab.aws.stop();
      throw new Error(`the story failed; its logs are in ${folder}`, { cause: error });
    }
  }, 300_000);

  afterAll(async () => {
    if (facts === undefined) return;
    await lab.aws.stop();
    removeLabFolder(folder);
  });

  it('takes out the grants of unlisted callers, and leaves the grants of listed callers as they were', () => {
    const unlisted = [PLANTED_SID, CONTRACTOR_SID];
    const kept = facts.before.Statement.filter((statement) => !unlisted.includes(String(statement['Sid'])));
    expect(kept).toHaveLength(2);
    expect(facts.contained.Statement).toEqual(kept);
  });

  it('leaves no grant but those that the allowlist names', () => {
    const principals = facts.contained.Statement.map((statement) => statement['Principal']);
    expect(principals).toHaveLength(2);
    expect(principals).toContainEqual({ AWS: composeUserArn('ops') });
    expect(facts.contained.Statement).toContainEqual(
      expect.objectContaining({
        Principal: { Service: 's3.amazonaws.com' },
        Condition: {
          ArnLike: { 'AWS:SourceArn': `arn:aws:s3:::${BUCKET_NAME}` },
          StringEquals: { 'AWS:SourceAccount': LAB_ACCOUNT },
        },
      }),
    );
  });

  it('has the local AWS refuse the unlisted caller', () => {
    expect(facts.refusal).toMatchObject({ kind: 'refused', code: 'AccessDeniedException' });
  });

  it('alerts with the function, the caller, what was done and the way back', () => {
    const { delivered, mail } = facts.alert;
    expect(delivered.subject).toContain('thumbnailer');
    expect(delivered.attributes).toMatchObject({ verdict: 'unauthorized', outcome: 'contained' });
    expect(delivered.event.caller).toMatchObject({ kind: 'user', userArn: composeUserArn('intruder') });
    expect(mail).toContain(composeUserArn('intruder'));
    expect(mail).toContain(`npx invokeguard rollback --function '${FUNCTION_ARN}'`);
  });

  it('puts the policy back but for the grant that let the unlisted caller in', () => {
    const expected = facts.before.Statement.filter((statement) => statement['Sid'] !== PLANTED_SID);
    expect(facts.restored.Statement).toHaveLength(expected.length);
    expect(facts.restored.Statement).toEqual(expect.arrayContaining([...expected]));
  });

  it('takes a new grant for an unlisted caller out before anybody has called, and says who made it', () => {
    const { event, attributes } = facts.door;
    expect(attributes).toMatchObject({ kind: 'change', verdict: 'opens', outcome: 'contained' });
    expect(event).toMatchObject({
      functionArn: FUNCTION_ARN,
      eventName: 'AddPermission20150331v2',
      actor: { kind: 'user', userArn: composeUserArn('developer') },
    });
  });

  it('sees a call of its own heartbeat come back as a verdict, and tells nobody', () => {
    expect(facts.beat.verdict).toBe('unauthorized');
    expect(facts.beat.requestID).not.toBe('');
  });

  it('contains and tells once, from the log file, a call that no rule matched', () => {
    expect(facts.lost.attributes).toMatchObject({ verdict: 'unauthorized', outcome: 'contained' });
    expect(facts.lost.event.caller).toMatchObject({ kind: 'user', userArn: composeUserArn('intruder') });
    expect(told.map(({ text }) => text)).toContain(
      'both functions ran, knew the event and told nobody again',
    );
  });

  it('says of every line whether it was real, emulated or played', () => {
    expect(new Set(told.map(({ origin }) => origin))).toEqual(new Set(['REAL', 'EMULATED', 'PLAYED']));
  });

  it('fails the step that checks the rules when none matches an unlisted call, or one a listed call', async () => {
    const user = {
      userArn: composeUserArn('intruder'),
      userId: 'AIDA',
      accessKeyId: 'AKIA',
      clients: lab.root,
    };
    const event = composeInvocationEvent(user, 'request', new Date(0));
    const other = { ...event, envelope: { ...event.envelope, source: 'aws.s3' } };
    const found = told.flatMap(({ text }) => /deployed rule `([^`]+)`/u.exec(text)?.[1] ?? []);
    const rules = found.filter((name) => name.startsWith('invokeguard-invocations-')).slice(0, 1);
    expect(rules).toHaveLength(1);
    await expect(findMatchingRule(lab, { ruleNames: rules }, other)).rejects.toThrow('no rule that does');
    await expect(requireNoRule(lab, { ruleNames: rules }, event)).rejects.toThrow('a match by `');
  });
});
