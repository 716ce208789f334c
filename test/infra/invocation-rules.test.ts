import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { patternCommand } from '../../cli/pattern.ts';
import { compileAllowlist } from '../../config/allowlist-file.ts';
import { GUARD_FUNCTION_NAMES } from '../../core/guard.ts';
import { compilePatterns } from '../../core/pattern/pattern-compiler.ts';
import { recordIo } from '../cli/recorded-io.ts';
import {
  ACCOUNT,
  arnOf,
  findLogicalId,
  IRELAND,
  makeFolder,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthGuard,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

const OWN = GUARD_FUNCTION_NAMES.map((name) => `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${name}`);

/** So many functions, each with callers of its own and some that all share. */
function guardMany(count: number): Record<string, unknown> {
  const functions = Array.from({ length: count }, (_, index) => ({
    name: `team-${index % 40}-function-${index}`,
    invokers: [
      {
        service: 's3.amazonaws.com',
        sourceArn: `arn:aws:s3:::bucket-of-${index}`,
        sourceAccount: ACCOUNT,
      },
      { role: `arn:aws:iam::${ACCOUNT}:role/service/role-${index}` },
      { role: `arn:aws:iam::${ACCOUNT}:role/team-${index % 40}` },
      { user: `arn:aws:iam::${ACCOUNT}:user/team-${index % 40}` },
      { account: '444455556666' },
    ],
  }));
  return { version: 1, functions: [{ name: 'invokeguard-*', invokers: [] }, ...functions] };
}

interface RuleResource {
  readonly Properties: Readonly<Record<string, unknown>> & { readonly EventPattern: unknown };
}

/** The rules for calls, in the order of their names. */
function listRules(template: Template): readonly RuleResource[] {
  const rules = template.findResources('AWS::Events::Rule', {
    Properties: { Name: Match.stringLikeRegexp('^invokeguard-invocations-') },
  });
  return Object.values(rules) as unknown as readonly RuleResource[];
}

/** What CloudFormation makes of the references of a template in one place. */
function resolveReferences(value: unknown, refs: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, refs));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (typeof fields['Ref'] === 'string') return refs[fields['Ref']];
  if (fields['Fn::Join'] !== undefined) {
    const [separator, parts] = fields['Fn::Join'] as [string, unknown[]];
    return parts.map((part) => resolveReferences(part, refs)).join(separator);
  }
  return Object.fromEntries(
    Object.entries(fields).map(([key, inner]) => [key, resolveReferences(inner, refs)]),
  );
}

const IN_IRELAND = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': ACCOUNT,
};

function listPatterns(template: Template): readonly unknown[] {
  return listRules(template).map(({ Properties }) => resolveReferences(Properties.EventPattern, IN_IRELAND));
}

describe('the rules for calls', () => {
  it.each([
    ['one function', ONE_FUNCTION],
    ['two hundred functions', guardMany(200)],
  ])('are exactly what `pattern` prints for %s and the guard’s own functions', async (_what, allowlist) => {
    const config = writeAllowlist(JSON.stringify(allowlist));
    const io = recordIo();
    const args = ['--config', config, ...OWN.flatMap((arn) => ['--exclude', arn])];
    expect(await patternCommand.run(args, io)).toBe(0);
    const printed: unknown = JSON.parse(io.written.out);
    expect(listPatterns(synthGuard({ allowlist, heartbeat: 'on' }))).toEqual(printed);
  });

  it('are exactly what `pattern --heartbeat none` prints where there is no heartbeat', async () => {
    const config = writeAllowlist(JSON.stringify(ONE_FUNCTION));
    const io = recordIo();
    const args = ['--config', config, '--heartbeat', 'none', ...OWN.flatMap((arn) => ['--exclude', arn])];
    expect(await patternCommand.run(args, io)).toBe(0);
    const printed: unknown = JSON.parse(io.written.out);
    expect(listPatterns(synthGuard({ heartbeat: 'none' }))).toEqual(printed);
  });

  it('are numbered, enabled, on the default bus, and send to the queue of records or the dead letters', () => {
    const template = synthGuard({ allowlist: guardMany(20) });
    const rules = listRules(template);
    expect(rules.length).toBeGreaterThan(5);
    for (const [index, { Properties }] of rules.entries()) {
      expect(Properties).toEqual({
        Name: `invokeguard-invocations-${String(index + 1).padStart(3, '0')}`,
        Description: expect.any(String),
        State: 'ENABLED',
        EventPattern: expect.anything(),
        Targets: [
          {
            Id: 'Queue',
            Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardQueue')),
            DeadLetterConfig: { Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')) },
          },
        ],
      });
    }
  });

  it('leave out the guard’s own functions by their exact ARNs in a stack for any account and Region', () => {
    const stack = new Stack(new App({ outdir: makeFolder() }), 'Test');
    const patterns = listPatterns(synthGuard({ allowlist: guardMany(20) }, stack));
    const text = JSON.stringify(patterns);
    for (const arn of OWN) expect(text).toContain(`"${arn}"`);
    // The place that patterns are measured for has to be gone.
    expect(text).not.toMatch(/000000000000|longest-region-name|aws-partition/);
    for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2048);
  });

  it('keep their patterns where only the order of synthesis differs', () => {
    // Tokens are numbered as they come up; what a pattern holds must not depend on that.
    const first = listPatterns(synthGuard({ allowlist: guardMany(20) }, new Stack(new App(), 'Test')));
    const second = listPatterns(synthGuard({ allowlist: guardMany(20) }, new Stack(new App(), 'Test')));
    expect(second).toEqual(first);
  });

  it('take as many characters and rules as the quotas that are given', () => {
    const allowlist = guardMany(50);
    const patterns = listPatterns(synthGuard({ allowlist, patternCharacters: 4096, patternRules: 10 }));
    const reading = compileAllowlist(allowlist, 'allowlist');
    if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
    const limits = { characters: 4096, rules: 10, wildcardRules: 28 };
    expect(patterns).toEqual(compilePatterns(reading.allowlist, OWN, limits).patterns);
    expect(patterns.length).toBeLessThanOrEqual(10);
    expect(patterns).not.toEqual(listPatterns(synthGuard({ allowlist })));
  });

  it('are warned of where they do not filter every function exactly', () => {
    const stack = makeStack();
    synthGuard({ allowlist: guardMany(50), patternRules: 5 }, stack);
    const warnings = Annotations.fromStack(stack).findWarning(
      '/Test/Guard/Invocations',
      Match.stringLikeRegexp('does not filter the calls of \\d+ entries'),
    );
    expect(warnings).toHaveLength(1);
  });

  it('are refused where the quotas cannot be', () => {
    expect(() => synthGuard({ patternCharacters: 100 })).toThrow(
      '`patternCharacters` is `100`, expected a whole number from 1536 to 20000',
    );
    expect(() => synthGuard({ patternRules: 401 })).toThrow(/`patternRules` is `401`, expected .* to 400/);
    expect(() => synthGuard({ patternCharacters: 8192, patternRules: 280 })).toThrow(
      /2293760, expected at most/,
    );
  });

  it('are not needed for a place: the account and Region change no more than the own ARNs', () => {
    const china = makeStack({ ...IRELAND, region: 'cn-north-1' });
    const refs = { ...IN_IRELAND, 'AWS::Partition': 'aws-cn', 'AWS::Region': 'cn-north-1' };
    const patterns = listRules(synthGuard({}, china)).map(({ Properties }) =>
      resolveReferences(Properties.EventPattern, refs),
    );
    expect(JSON.stringify(patterns)).toContain(
      `"${OWN[0]?.replace('aws:lambda:eu-west-1', 'aws-cn:lambda:cn-north-1')}"`,
    );
  });
});
