import { composeHeartbeatAlert } from '../../../core/alert/heartbeat-alert.ts';
import { nameGuard } from '../../../core/guard.ts';
import type { BeatTrace } from '../../../core/heartbeat/beat.ts';
import { type BrokenLink, type CallFailure, findBrokenLink } from '../../../core/heartbeat/broken-link.ts';
import type { ChainParts } from '../../../core/heartbeat/chain-parts.ts';
import { describeBrokenLink } from '../../../core/heartbeat/link-words.ts';
import type { Verdict } from '../../../core/verdict/decision.ts';
import cases from '../../cases/heartbeat/links.json' with { type: 'json' };

const SOUND: ChainParts = {
  trail: { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' },
  rules: { kind: 'read', faults: [] },
  queues: { kind: 'read', waiting: 0, deadLetters: 0 },
};

describe('the link that broke', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const parts = { ...SOUND, ...(one.parts as Partial<ChainParts>) };
    const foreseen = (('foreseen' in one ? one.foreseen : undefined) ?? 'unauthorized') as Verdict;
    expect(findBrokenLink(one.trace as BeatTrace | CallFailure, parts, foreseen)).toEqual(one.expected);
  });

  const links = cases.map(({ expected }) => expected as BrokenLink);

  it('is named in few words of its own, in the subject too', () => {
    const names = new Set(links.map((link) => describeBrokenLink(link).name));
    const kinds = new Set(links.map((link) => (link.kind === 'trail' ? link.fault : link.kind)));
    expect(names.size).toBe(kinds.size);
    for (const link of links) {
      const guard = nameGuard('111122223333', 'eu-west-1');
      const { subject, attributes } = composeHeartbeatAlert({ kind: 'lost', guard, link, beat: null });
      expect(subject).toBe(`Invokeguard: heartbeat LOST: ${describeBrokenLink(link).name}`);
      expect(attributes['link']).toBe(link.kind);
    }
  });

  it('tells what others chose on one line and as no link, and many rules in brief', () => {
    const reason = 'see https://evil.example\nall is well';
    const { known } = describeBrokenLink({ kind: 'call', reason });
    expect(known).not.toContain('\n');
    expect(known).not.toContain('https://');
    const faults = Array.from({ length: 280 }, (_, index) => ({
      name: `rule-${index}`,
      fault: 'missing' as const,
    }));
    expect(describeBrokenLink({ kind: 'rules', faults }).known).toContain('and 275 more');
  });
});
