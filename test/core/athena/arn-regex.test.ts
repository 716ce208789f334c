import * as fc from 'fast-check';
import { relateServices } from '../../../core/allowlist/service-principal.ts';
import { matchArn, matchWildcard } from '../../../core/arn.ts';
import { composeArnRegex, composeLike } from '../../../core/athena/arn-regex.ts';
import { readServiceName } from '../../../core/athena/service-name.ts';

/** The expression as JavaScript writes it; the signs that both write differently are few. */
function translate(regex: string): RegExp {
  const body = regex.replace(/^\(\?s\)\\A/, '^').replace(/\\z$/, '$');
  return new RegExp(body.replaceAll('\\x{', '\\u{'), 'su');
}

/** A LIKE pattern as a regular expression. */
function readLike(like: string): RegExp {
  const parts = like.match(/\\.|[\s\S]/gu) ?? [];
  const body = parts.map((part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    const sign = part.startsWith('\\') && part.length > 1 ? part.slice(1) : part;
    return sign.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${body.join('')}$`, 'su');
}

const part = fc.string({
  unit: fc.constantFrom('a', 'b', '*', '?', '/', '.', '+', '[', '\\', "'", '$', '-', '_', '%', 'é'),
  maxLength: 5,
});
const pattern = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(':'));

describe('patterns of an allowlist in SQL', () => {
  it('ARN patterns match the texts that they match in the core', () => {
    fc.assert(
      fc.property(pattern, pattern, fc.boolean(), (wanted, other, near) => {
        const text = near ? wanted.replaceAll('*', 'ab').replaceAll('?', 'b') : other;
        const regex = composeArnRegex(wanted);
        const matches = wanted === text || (regex !== null && translate(regex).test(text));
        expect(matches).toBe(matchArn(wanted, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('globs match the names that they match in the core', () => {
    fc.assert(
      fc.property(part, part, fc.boolean(), (glob, other, near) => {
        const name = near ? glob.replaceAll('*', 'ab').replaceAll('?', 'b') : other;
        expect(readLike(composeLike(glob)).test(name)).toBe(matchWildcard(glob, name));
      }),
      { numRuns: 5000 },
    );
  });

  it('service principals relate as they do in the core', () => {
    const name = fc.constantFrom('s3', 'logs', 'a.b', 'Logs', '');
    const region = fc.constantFrom('', '.eu-west-1', '.us-gov-west-1', '.eu-west-12');
    const service = fc
      .tuple(name, region, fc.constantFrom('.amazonaws.com', '.amazonaws.com.cn', '.aws.internal'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(service, service, (listed, recorded) => {
        const one = readServiceName(listed);
        const other = readServiceName(recorded);
        const kindred =
          one !== undefined &&
          one.name === other?.name &&
          (one.region === undefined || other.region === undefined || one.region === other.region);
        const relation = listed === recorded ? 'same' : kindred ? 'kindred' : 'other';
        expect(relation).toBe(relateServices(listed, recorded));
      }),
      { numRuns: 1000 },
    );
  });
});
