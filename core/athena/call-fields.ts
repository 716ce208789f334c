import { isObject, parseColumn, selectColumn, selectObjects, selectText } from './json-field.ts';
import { type LogTable, nameTable } from './log-table.ts';
import { EVENT_MS, type ScanTime, selectDays, selectTime } from './scan-window.ts';
import { quoteText, type Sql } from './sql-text.ts';

const NAME = '[A-Za-z0-9_-]{1,140}';
const QUALIFIER = '(?:[$]LATEST(?:[.]PUBLISHED)?|[A-Za-z0-9_-]{1,128})';
const PLACE = 'arn:aws(?:-[a-z]+)*:lambda:[a-z0-9-]+:[0-9]{12}';
/** `parseFunctionArn`: the unqualified ARN, and the qualifier. */
const FULL = `\\A(${PLACE}:function:${NAME})(?::(${QUALIFIER}))?\\z`;
/** `parseRequestedFunction`, but for full ARNs: the name, and the qualifier. */
const SHORT = `\\A(?:(?:[^:]*:)*?function:|(?:arn:aws[a-z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-[0-9]:)?(?:[0-9]{12}:)?)(${NAME})(?::(${QUALIFIER}))?\\z`;
/** `readRecordedArn`: only the shape counts. */
const RECORDED = '\\A(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]*)(?::([^:]*))?\\z';

function extract(text: Sql, pattern: string, group: 1 | 2): Sql {
  return `regexp_extract(${text}, ${quoteText(pattern)}, ${String(group)})`;
}

/** A text that can be a qualifier, else NULL. */
function selectQualifier(text: Sql): Sql {
  return extract(text, `\\A(${QUALIFIER})\\z`, 1);
}

/** Which records are calls: `parseInvocation` in SQL. */
export const IS_CALL: Sql =
  "eventsource = 'lambda.amazonaws.com' AND starts_with(eventname, 'Invoke') AND NOT starts_with(eventname, 'InvokeExecution')";

/** What of a record goes on unchanged. */
const KEPT = [
  'eventid',
  'eventtime',
  'eventname',
  'awsregion',
  'recipientaccountid',
  'useridentity',
  'sourceipaddress',
  'useragent',
  'vpcendpointid',
  'errorcode',
  'errormessage',
  'requestparameters',
  'additionaleventdata',
  'resources',
  'tlsdetails',
] as const;

/** The columns of a record from which the core can read the call again. */
export const RECORD_COLUMNS: readonly string[] = KEPT;

/**
 * The common table expressions that read the calls of a time as `parseInvocation` does. The last one is `named`: the
 * columns of the record; `at_ms`, `fn` (the function's unqualified ARN), `qualifier`, `source_arn`, `source_account`,
 * `parameters` (`present` or `omitted`), and `ui`, the identity as JSON.
 */
export function composeCallFields(table: LogTable, time: ScanTime): readonly Sql[] {
  const resourceArn = `COALESCE(${selectText('r', 'ARN')}, ${selectText('r', 'arn')})`;
  const kept = KEPT.join(', ');
  return [
    `logged AS (
  SELECT ${kept}, ${EVENT_MS} AS at_ms
  FROM ${nameTable(table)}
  WHERE ${selectDays(time)}
    AND ${IS_CALL}
)`,
    `parsed AS (
  SELECT ${kept}, at_ms,
    ${parseColumn('useridentity')} AS ui,
    ${parseColumn('requestparameters')} AS rp,
    ${parseColumn('additionaleventdata')} AS aed,
    ${parseColumn('resources')} AS res
  FROM logged
  WHERE ${selectTime(time, 'at_ms')}
)`,
    `cut AS (
  SELECT ${kept}, at_ms, ui,
    CASE WHEN ${isObject('rp')} THEN 'present' ELSE 'omitted' END AS parameters,
    ${selectText('rp', 'functionName')} AS requested,
    ${selectText('rp', 'qualifier')} AS asked,
    ${selectText('rp', 'sourceArn')} AS source_arn,
    ${selectText('rp', 'sourceAccount')} AS source_account,
    ${selectText('aed', 'functionVersion')} AS executed,
    element_at(filter(transform(${selectObjects('res')}, r -> ${resourceArn}), a -> regexp_like(a, ${quoteText(RECORDED)})), 1) AS recorded
  FROM parsed
)`,
    `referred AS (
  SELECT ${kept}, at_ms, ui, parameters, requested, asked, source_arn, source_account, executed,
    ${extract('recorded', RECORDED, 1)} AS recorded_fn,
    ${selectQualifier(extract('recorded', RECORDED, 2))} AS recorded_qualifier
  FROM cut
)`,
    `named AS (
  SELECT ${kept}, at_ms, ui, parameters, source_arn, source_account,
    COALESCE(
      recorded_fn,
      ${extract('requested', FULL, 1)},
      ${extract('executed', FULL, 1)},
      ${composeArn(extract('requested', SHORT, 1))}
    ) AS fn,
    COALESCE(
      ${selectQualifier('asked')},
      CASE WHEN starts_with(requested, recorded_fn || ':') THEN ${selectQualifier('substr(requested, length(recorded_fn) + 2)')} END,
      ${extract('requested', FULL, 2)},
      ${extract('requested', SHORT, 2)},
      recorded_qualifier
    ) AS qualifier
  FROM referred
)`,
  ];
}

/** A bare name is completed with what the record says of itself, as `composeFunctionArn` does. */
function composeArn(name: Sql): Sql {
  const region = selectColumn('awsregion');
  const account = selectColumn('recipientaccountid');
  const partition =
    "CASE WHEN starts_with(awsregion, 'cn-') THEN 'aws-cn' WHEN starts_with(awsregion, 'us-gov-') THEN 'aws-us-gov' ELSE 'aws' END";
  return extract(
    `'arn:' || ${partition} || ':lambda:' || ${region} || ':' || ${account} || ':function:' || ${name}`,
    FULL,
    1,
  );
}
