import { selectText } from './json-field.ts';
import { selectServiceName } from './service-name.ts';
import { quoteText, type Sql } from './sql-text.ts';

const ROLE = '\\Aarn:[^:]+:iam:[^:]*:[0-9]{12}:role/';
const USER = '\\Aarn:[^:]+:iam:[^:]*:[0-9]{12}:user/';
const MAPPING = '\\Aarn:[^:]+:lambda:[^:]*:[^:]*:event-source-mapping:';
const ARN_ACCOUNT = '(?s)\\Aarn:[^:]+:[^:]+:[^:]*:([^:]*):.';
const ACCOUNT = '\\A[0-9]{12}\\z';

function isLike(text: Sql, pattern: string): Sql {
  return `regexp_like(${text}, ${quoteText(pattern)})`;
}

/** The account in an ARN; NULL where it is no ARN. */
function selectArnAccount(arn: Sql): Sql {
  return `regexp_extract(${arn}, ${quoteText(ARN_ACCOUNT)}, 1)`;
}

/**
 * The common table expressions that name the caller as `identifyCaller` does, from `named`. The last one is `called`:
 * all of `named`, and `caller_kind`, `caller` (the service, ARN or account), `caller_account`, `invoked_by` (of a role
 * or user), and a service's `service_name` and `service_region`.
 */
export function composeCallerFields(): readonly Sql[] {
  return [
    `identified AS (
  SELECT *,
    ${selectText('ui', 'type')} AS id_type,
    ${selectText('ui', 'arn')} AS id_arn,
    ${selectText('ui', 'accountId')} AS id_account,
    ${selectText('ui', 'principalId')} AS id_principal,
    ${selectText('ui', 'invokedBy')} AS id_invoked_by,
    ${selectText('ui', 'sessionContext', 'sessionIssuer', 'arn')} AS id_role
  FROM named
)`,
    `kinds AS (
  SELECT *,
    CASE id_type
      WHEN 'AWSService' THEN CASE
        WHEN id_invoked_by IS NULL OR strpos(id_invoked_by, '.') = 0 THEN 'unknown'
        WHEN id_invoked_by = 'lambda.amazonaws.com' AND ${isLike('source_arn', MAPPING)} THEN 'eventSourceMapping'
        ELSE 'service' END
      WHEN 'AssumedRole' THEN IF(${isLike('id_role', ROLE)}, 'role', 'unknown')
      WHEN 'IAMUser' THEN IF(${isLike('id_arn', USER)}, 'user', 'unknown')
      WHEN 'Root' THEN IF(${isLike(`COALESCE(id_account, ${selectArnAccount('id_arn')})`, ACCOUNT)}, 'root', 'unknown')
      WHEN 'AWSAccount' THEN CASE
        WHEN ${isLike('id_account', ACCOUNT)} THEN 'account'
        WHEN lower(id_principal) = 'anonymous' OR lower(id_account) = 'anonymous' THEN 'anonymous'
        ELSE 'unknown' END
      WHEN 'FederatedUser' THEN IF(${isLike(selectArnAccount('id_arn'), ACCOUNT)}, 'federated', 'unknown')
      ELSE 'unknown' END AS caller_kind
  FROM identified
)`,
    `called AS (
  SELECT *,
    CASE caller_kind
      WHEN 'service' THEN id_invoked_by
      WHEN 'eventSourceMapping' THEN source_arn
      WHEN 'role' THEN id_role
      WHEN 'user' THEN id_arn
      WHEN 'root' THEN COALESCE(id_account, ${selectArnAccount('id_arn')})
      WHEN 'account' THEN id_account
      WHEN 'federated' THEN id_arn END AS caller,
    CASE caller_kind
      WHEN 'role' THEN ${selectArnAccount('id_role')}
      WHEN 'user' THEN ${selectArnAccount('id_arn')}
      WHEN 'root' THEN COALESCE(id_account, ${selectArnAccount('id_arn')})
      WHEN 'account' THEN id_account
      WHEN 'federated' THEN ${selectArnAccount('id_arn')} END AS caller_account,
    IF(caller_kind IN ('role', 'user'), id_invoked_by) AS invoked_by,
    IF(caller_kind = 'service', ${selectServiceName('id_invoked_by', 'name')}) AS service_name,
    IF(caller_kind = 'service', ${selectServiceName('id_invoked_by', 'region')}) AS service_region
  FROM kinds
)`,
  ];
}
