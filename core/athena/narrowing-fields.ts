import { quoteText, type Sql } from './sql-text.ts';

/**
 * What networks use for themselves: the ranges of ipaddr.js after which the core does not call an address public. A
 * test holds this list against the core.
 */
export const PRIVATE_RANGES = {
  '4': [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
    '127.0.0.0/8',
  ],
  '6': ['::/128', '::1/128', 'fe80::/10', 'fc00::/7'],
} as const;

const FOUR_PARTS = '\\A(0|[1-9][0-9]*)([.](0|[1-9][0-9]*)){3}\\z';

/**
 * One common table expression that adds what narrowings ask for to the rows of `from`: `ip` (the address, NULL where the
 * record names none), `ip_kind` (`4`, `6`, `mapped`), and `ip_public`.
 */
export function composeNarrowingFields(name: string, from: string): readonly Sql[] {
  const isPrivate = (version: '4' | '6'): Sql =>
    `any_match(ARRAY[${PRIVATE_RANGES[version].map(quoteText).join(', ')}], b -> contains(b, ip))`;
  return [
    `${name}_address AS (
  SELECT *,
    CASE
      WHEN regexp_like(sourceipaddress, ${quoteText(FOUR_PARTS)}) THEN TRY(CAST(sourceipaddress AS ipaddress))
      WHEN strpos(sourceipaddress, ':') > 0 AND strpos(sourceipaddress, '%') = 0 THEN TRY(CAST(sourceipaddress AS ipaddress))
    END AS ip
  FROM ${from}
)`,
    `${name}_kind AS (
  SELECT *,
    CASE
      WHEN ip IS NULL THEN NULL
      WHEN strpos(sourceipaddress, ':') = 0 THEN '4'
      WHEN strpos(CAST(ip AS varchar), ':') = 0 THEN 'mapped'
      ELSE '6' END AS ip_kind
  FROM ${name}_address
)`,
    `${name} AS (
  SELECT *,
    CASE ip_kind WHEN '4' THEN NOT ${isPrivate('4')} WHEN '6' THEN NOT ${isPrivate('6')} WHEN 'mapped' THEN true ELSE false END AS ip_public
  FROM ${name}_kind
)`,
  ];
}

/**
 * `matchNarrowing` in SQL for the entry `e`: `m` met, `x` not met, `u` where the record lacks what is asked. One part
 * that is certainly not met decides.
 */
export const NARROWED: Sql = `CASE
      WHEN e.ip IS NULL AND e.vp IS NULL AND e.ql IS NULL AND e.ib IS NULL THEN 'm'
      ELSE CASE
        WHEN e.ip IS NOT NULL AND ip_kind IN ('4', '6') AND NOT any_match(e.ip, b -> (strpos(b, ':') = 0) = (ip_kind = '4') AND contains(b, ip)) THEN 'x'
        WHEN e.vp IS NOT NULL AND IF(NULLIF(vpcendpointid, '') IS NULL, ip_public, NOT contains(e.vp, vpcendpointid)) THEN 'x'
        WHEN e.ql IS NOT NULL AND (qualifier IS NOT NULL OR parameters = 'present') AND NOT contains(e.ql, COALESCE(qualifier, '$LATEST')) THEN 'x'
        WHEN e.ib IS NOT NULL AND COALESCE(strpos(invoked_by, '.') > 0, false) AND NOT contains(e.ib, invoked_by) THEN 'x'
        WHEN e.ib IS NOT NULL AND invoked_by IS NULL AND ip IS NOT NULL THEN 'x'
        WHEN e.ip IS NOT NULL AND COALESCE(ip_kind, 'mapped') = 'mapped' THEN 'u'
        WHEN e.vp IS NOT NULL AND NULLIF(vpcendpointid, '') IS NULL THEN 'u'
        WHEN e.ql IS NOT NULL AND qualifier IS NULL AND parameters = 'omitted' THEN 'u'
        WHEN e.ib IS NOT NULL AND COALESCE(NOT contains(e.ib, invoked_by), true) THEN 'u'
        ELSE 'm' END
    END`;
