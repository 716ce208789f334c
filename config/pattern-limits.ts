import { EVENTBRIDGE_LIMITS, type PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { FEWEST_CHARACTERS } from '../core/pattern/pattern-compiler.ts';

/** The two quotas of EventBridge that AWS raises on request, as a person says them; left out, they are AWS's own. */
export interface PatternQuotas {
  /** Characters of one pattern. */
  readonly characters: number | undefined;
  /** Rules that the guard may take on the event bus. */
  readonly rules: number | undefined;
}

/** The limits to compile for, or what is wrong with the quotas: one part of a sentence for each. */
export type PatternLimitsReading =
  | { readonly kind: 'limits'; readonly limits: PatternLimits }
  | { readonly kind: 'invalid'; readonly faults: readonly string[] };

/** How the two quotas are called where they are said: `--characters` and `--rules`, or the names of properties. */
export type QuotaNames = Readonly<Record<keyof PatternQuotas, string>>;

const MOST_CHARACTERS = 20_000;
/** A CloudFormation stack has 500 resources, and the guard takes about sixty beside these rules. */
const MOST_RULES = 400;
/**
 * A template has one million characters; each rule takes about five hundred beside its pattern.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
const MOST_TOGETHER = 700_000;

/** Reads the quotas that patterns are compiled for. */
export function readPatternLimits(quotas: PatternQuotas, names: QuotaNames): PatternLimitsReading {
  const characters = quotas.characters ?? EVENTBRIDGE_LIMITS.characters;
  const rules = quotas.rules ?? EVENTBRIDGE_LIMITS.rules;
  const faults: string[] = [
    ...checkRange(characters, names.characters, FEWEST_CHARACTERS, MOST_CHARACTERS),
    ...checkRange(rules, names.rules, 1, MOST_RULES),
  ];
  if (faults.length === 0 && characters * rules > MOST_TOGETHER) {
    faults.push(
      `\`${names.characters}\` ${characters} times \`${names.rules}\` ${rules} is ${characters * rules}, expected at ` +
        `most ${MOST_TOGETHER}: the rules have to fit into one CloudFormation template`,
    );
  }
  return faults.length > 0
    ? { kind: 'invalid', faults }
    : { kind: 'limits', limits: { ...EVENTBRIDGE_LIMITS, characters, rules } };
}

function checkRange(value: number, name: string, least: number, most: number): readonly string[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [`\`${name}\` is \`${value}\`, expected a whole number from ${least} to ${most}`];
}
