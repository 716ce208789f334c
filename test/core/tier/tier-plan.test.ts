import * as fc from 'fast-check';
import {
  nameSwitch,
  type SwitchChange,
  type SwitchSettings,
  type TriggerSettings,
} from '../../../core/tier/tier.ts';
import { joinChanges, planTier, planTierRollback } from '../../../core/tier/tier-plan.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';

const concurrency = fc.record({
  tier: fc.constant('freeze' as const),
  reservedConcurrency: fc.option(fc.nat({ max: 1000 })),
  provisioned: fc.constant<readonly string[]>([]),
});
const triggers: fc.Arbitrary<TriggerSettings> = fc.record({
  tier: fc.constant('disable-triggers' as const),
  mappings: fc.uniqueArray(
    fc.record({
      uuid: fc.constantFrom('m1', 'm2', 'm3', 'm4'),
      sourceArn: fc.constant(null),
      state: fc.constantFrom('enabled' as const, 'disabled' as const),
    }),
    { selector: ({ uuid }) => uuid },
  ),
  urls: fc.uniqueArray(
    fc.record({
      qualifier: fc.constantFrom(null, 'live'),
      authType: fc.constantFrom('NONE' as const, 'AWS_IAM' as const),
    }),
    { selector: ({ qualifier }) => qualifier },
  ),
});
const settings: fc.Arbitrary<SwitchSettings> = fc.oneof(concurrency, triggers);

function listChanges(given: SwitchSettings): readonly SwitchChange[] {
  const plan = planTier(ARN, given);
  return plan.kind === 'change' ? plan.changes : [];
}

/** What the settings are once the changes are made. */
function turn(given: SwitchSettings, changes: readonly SwitchChange[]): SwitchSettings {
  return changes.reduce<SwitchSettings>((now, change) => {
    if (now.tier === 'freeze') {
      return change.kind === 'reservedConcurrency' ? { ...now, reservedConcurrency: change.after } : now;
    }
    if (change.kind === 'eventSourceMapping') {
      const mappings = now.mappings.map((one) =>
        one.uuid === change.uuid ? { ...one, state: change.after } : one,
      );
      return { ...now, mappings };
    }
    if (change.kind === 'reservedConcurrency') return now;
    const urls = now.urls.map((one) =>
      one.qualifier === change.qualifier ? { ...one, authType: change.after } : one,
    );
    return { ...now, urls };
  }, given);
}

describe('a tier', () => {
  it('leaves nothing to do for a second run', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(planTier(ARN, turn(given, listChanges(given))).kind).toBe('unchanged');
      }),
    );
  });

  it('and its way back are the identity', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const stored = listChanges(given);
        const after = turn(given, stored);
        const back = planTierRollback(stored, after);
        expect(back.left).toEqual([]);
        expect(turn(after, back.changes)).toEqual(given);
      }),
    );
  });

  it('is not taken back where somebody else did so', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(planTierRollback(listChanges(given), given)).toEqual({ changes: [], left: [] });
      }),
    );
  });

  it('taken back never touches a switch that it did not turn', () => {
    fc.assert(
      fc.property(triggers, triggers, (given, later) => {
        const stored = listChanges(given);
        const turned = new Set(stored.map(nameSwitch));
        for (const change of planTierRollback(stored, later).changes) {
          expect(turned).toContain(nameSwitch(change));
        }
      }),
    );
  });
});

describe('the changes of two runs', () => {
  const first: SwitchChange = { kind: 'reservedConcurrency', before: 100, after: 0 };

  it('keep what only the first run turned', () => {
    expect(joinChanges([first], [])).toEqual([first]);
  });

  it('keep the newer value of a switch that somebody turned in between', () => {
    expect(joinChanges([first], [{ ...first, before: 50 }])).toEqual([{ ...first, before: 50 }]);
  });
});
