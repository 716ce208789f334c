import type { Sql } from './sql-text.ts';

/** `matchArn` in SQL: the pattern itself, or its regular expression where it has one. */
function matchesArn(pattern: Sql, regex: Sql, text: Sql): Sql {
  return `COALESCE(${pattern} = ${text} OR ${regex} IS NOT NULL AND regexp_like(${text}, ${regex}), false)`;
}

const IS_SAME_SERVICE: Sql = 'e.v = caller';
const IS_KINDRED_SERVICE: Sql =
  'COALESCE(e.n = service_name, false) AND COALESCE(e.g = service_region, true)';

/**
 * `matchCaller` in SQL for the entry `e`: `m` it lists the caller, `n` it does not, `u` where the record lacks what the
 * entry asks for. `mappings` are the known sources of event source mappings.
 */
export const LISTED: Sql = `CASE e.k
      WHEN 's' THEN CASE
        WHEN caller_kind <> 'service' THEN 'n'
        WHEN NOT (${IS_SAME_SERVICE} OR ${IS_KINDRED_SERVICE}) THEN 'n'
        WHEN e.sa IS NOT NULL AND source_arn IS NOT NULL AND NOT ${matchesArn('e.sa', 'e.sx', 'source_arn')} THEN 'n'
        WHEN e.sc IS NOT NULL AND source_account IS NOT NULL AND e.sc <> source_account THEN 'n'
        WHEN e.v <> caller THEN 'u'
        WHEN e.sa IS NOT NULL AND source_arn IS NULL OR e.sc IS NOT NULL AND source_account IS NULL THEN 'u'
        ELSE 'm' END
      WHEN 'r' THEN ${matchesPrincipal('role')}
      WHEN 'u' THEN ${matchesPrincipal('user')}
      WHEN 'a' THEN IF(COALESCE(caller_account = e.v, false), 'm', 'n')
      WHEN 'f' THEN IF(caller_kind = 'anonymous', 'm', 'n')
      ELSE CASE
        WHEN caller_kind = 'service' AND caller = 'lambda.amazonaws.com'
          THEN IF(source_arn IS NULL OR ${matchesArn('e.v', 'e.x', 'source_arn')}, 'u', 'n')
        WHEN caller_kind <> 'eventSourceMapping' THEN 'n'
        WHEN e.k = 'm' THEN IF(e.v = caller, 'm', 'n')
        WHEN element_at(mappings, caller) IS NULL THEN 'u'
        ELSE IF(${matchesArn('e.v', 'e.x', 'element_at(mappings, caller)')}, 'm', 'n') END
      END`;

function matchesPrincipal(kind: 'role' | 'user'): Sql {
  return `CASE
        WHEN caller_kind = '${kind}' THEN IF(${matchesArn('e.v', 'e.x', 'caller')}, 'm', 'n')
        WHEN caller_kind = 'account' AND split_part(e.v, ':', 5) = caller THEN 'u'
        ELSE 'n' END`;
}

/** Whether the term of the entry `e` runs at the time of the call: `r`, over `o`, or not told `t`. */
export const TERM: Sql = `CASE WHEN e.e IS NULL THEN 'r' WHEN at_ms IS NULL THEN 't' WHEN at_ms < e.e THEN 'r' ELSE 'o' END`;

/** What the three letters of an entry (who, narrowed, term) come to, as `decideByEntries` has it. */
export const OUTCOMES = {
  authorized: ['mmr'],
  doubt: ['umr', 'uur', 'mur', 'mmt', 'umt', 'uut', 'mut'],
  expired: ['mmo', 'umo', 'uuo', 'muo'],
  narrowed: ['mxr', 'mxt'],
} as const;

/** True where one of a call's entries came to this. */
export function hasOutcome(outcome: keyof typeof OUTCOMES): Sql {
  return `arrays_overlap(codes, ARRAY[${OUTCOMES[outcome].map((code) => `'${code}'`).join(', ')}])`;
}
