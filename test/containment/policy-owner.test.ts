import { PermanentError } from '../../containment/errors.ts';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Mode } from '../../core/allowlist/allowlist.ts';
import { composeAllowlist, composeMalloryCall, FUNCTION_ARN, GUARD } from './calls.ts';
import { buildPlantedWorld, type GuardWorld } from './guard-world.ts';

function buildWorld(): GuardWorld {
  const world = buildPlantedWorld();
  world.tags.tags.set(FUNCTION_ARN, { 'aws:cloudformation:stack-name': 'Thumbnails' });
  return world;
}

async function deliver(world: GuardWorld, mode: Mode = 'enforce'): Promise<Remediation> {
  const delivery = {
    input: composeMalloryCall(),
    messageId: 'message-1',
    deliveryCount: 1,
    path: 'live',
  } as const;
  return remediateRecord(delivery, composeAllowlist(mode), GUARD, world);
}

describe('the owner of a policy that was rewritten', () => {
  it('stands in the alert, as text and as JSON', async () => {
    const world = buildWorld();
    await deliver(world);
    const [alert] = world.alerts.published;
    expect(alert?.text).toContain('CloudFormation stack Thumbnails');
    expect(alert?.text).toContain(`plan --function '${FUNCTION_ARN}`);
    expect(alert?.event).toMatchObject({ owner: { kind: 'stack', stackName: 'Thumbnails' } });
  });

  it('is asked for only when the policy is written', async () => {
    const world = buildWorld();
    const order: string[] = [];
    world.policies.interrupt = (call) => void order.push(call);
    world.tags.interrupt = (call) => void order.push(call);
    await deliver(world);
    expect(order.indexOf('readTags')).toBeGreaterThan(order.lastIndexOf('wrotePolicy'));
    expect(order.filter((call) => call === 'readTags')).toHaveLength(1);
  });

  it.each([
    ['a right that is missing', new PermanentError('AccessDenied', '`lambda:ListTags` is not allowed')],
    ['a fault that nobody expected', new TypeError('what is this')],
  ])('is unknown after %s, and the containment is told all the same', async (_, fault) => {
    const world = buildWorld();
    world.tags.interrupt = () => {
      throw fault;
    };
    const remediation = await deliver(world);
    expect(remediation.kind === 'alerted' ? remediation.about.outcome.kind : '').toBe('contained');
    const [alert] = world.alerts.published;
    expect(alert?.event).toMatchObject({ owner: { kind: 'unknown', reason: fault.message } });
    expect(alert?.text).toContain(`Unknown: ${fault.message}`);
  });

  it('is not asked for where nothing was rewritten, and the JSON says null', async () => {
    const world = buildWorld();
    await deliver(world, 'observe');
    expect(world.tags.asked).toEqual([]);
    expect(world.alerts.published[0]?.event).toMatchObject({ owner: null });
    expect(world.alerts.published[0]?.text).not.toContain('What may overwrite this');
  });
});
