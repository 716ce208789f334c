import * as z from 'zod';
import { invokedBy, qualifier, sourceIp, vpcEndpoint } from './narrowing-schema.ts';
import { checkRole, checkUser } from './principal-check.ts';
import {
  checkAccount,
  checkEmail,
  checkEventSourceMapping,
  checkExpiry,
  checkFunctionName,
  checkRemark,
  checkService,
  checkSourceArn,
  type ValueCheck,
} from './value-check.ts';

/** Text that a check must find in order. `meta` goes into the JSON Schema for editors. */
function text(
  check: ValueCheck,
  meta: { description: string; examples?: string[]; pattern?: string },
): z.ZodType<string> {
  return z
    .string()
    .check((context) => {
      const message = check(context.value);
      if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
    })
    .meta(meta);
}

/** An account id. Editors read an unquoted one as a number, so numbers are let through as far as they are whole. */
function account(description: string): z.ZodType<string | number> {
  return z
    .union([z.string(), z.int()])
    .check((context) => {
      const message = checkAccount(String(context.value));
      if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
    })
    .meta({ description, examples: ['111122223333'], pattern: '^\\d{12}$' });
}

const terms = {
  expires: text(checkExpiry, {
    description:
      'When the entry stops counting: a date (00:00 UTC on that day) or an ISO-8601 time with its zone.',
    examples: ['2027-01-31', '2027-01-31T18:00:00Z'],
  }).optional(),
  owner: text(checkRemark, {
    description: 'Who answers for the entry.',
    examples: ['team-media'],
  }).optional(),
  reason: text(checkRemark, { description: 'Why the caller may call.', examples: ['SEC-12'] }).optional(),
};

const serviceEntry = z
  .strictObject({
    service: text(checkService, {
      description: 'The service principal of an AWS service that calls as itself.',
      examples: ['s3.amazonaws.com', 'sns.amazonaws.com', 'apigateway.amazonaws.com'],
    }),
    sourceArn: text(checkSourceArn, {
      description: 'ARN (pattern) of the resource that the service calls for, as in ArnLike.',
      examples: ['arn:aws:s3:::uploads'],
      pattern: '^arn:',
    }).optional(),
    sourceAccount: account('The account that owns that resource.').optional(),
    qualifier,
    ...terms,
  })
  .meta({ title: 'AWS service', description: 'An AWS service that calls as itself.' });

const roleEntry = z
  .strictObject({
    role: text(checkRole, {
      description: "The role's own ARN with its path (never a session's). Wildcards after role/ only.",
      examples: ['arn:aws:iam::111122223333:role/ci-deploy'],
      pattern: '^arn:[a-z-]+:iam::\\d{12}:role/',
    }),
    sourceIp,
    vpcEndpoint,
    qualifier,
    invokedBy,
    ...terms,
  })
  .meta({ title: 'IAM role', description: 'Every session of an IAM role.' });

const userEntry = z
  .strictObject({
    user: text(checkUser, {
      description: "The user's ARN with its path. Wildcards after user/ only.",
      examples: ['arn:aws:iam::111122223333:user/ops'],
      pattern: '^arn:[a-z-]+:iam::\\d{12}:user/',
    }),
    sourceIp,
    vpcEndpoint,
    qualifier,
    invokedBy,
    ...terms,
  })
  .meta({ title: 'IAM user' });

const accountEntry = z
  .strictObject({
    account: account('Every principal of this account: roles, users, root, federated users.'),
    sourceIp,
    vpcEndpoint,
    qualifier,
    ...terms,
  })
  .meta({ title: 'AWS account' });

const eventSourceMappingEntry = z
  .strictObject({
    eventSourceMapping: text(checkEventSourceMapping, {
      description:
        'ARN of what Lambda polls (queue, stream, cluster, broker), or of one event source mapping.',
      examples: ['arn:aws:sqs:eu-west-1:111122223333:orders'],
      pattern: '^arn:',
    }),
    ...terms,
  })
  .meta({ title: 'Event source mapping' });

const functionUrlEntry = z
  .strictObject({
    functionUrl: z
      .literal('public')
      .meta({ description: 'Anonymous calls through a function URL with AuthType NONE.' }),
    sourceIp,
    qualifier,
    ...terms,
  })
  .meta({ title: 'Public function URL' });

/** The schema of each kind of entry, by the key that makes an entry of that kind. */
export const ENTRY_SCHEMAS = {
  service: serviceEntry,
  role: roleEntry,
  user: userEntry,
  account: accountEntry,
  eventSourceMapping: eventSourceMappingEntry,
  functionUrl: functionUrlEntry,
} as const;

const mode = z.enum(['observe', 'enforce']).meta({
  description: 'observe: alert only. enforce: alert and shut the caller out.',
  default: 'observe',
});

/** The kinds of entry that each narrowing can stand on, in the order of `ENTRY_SCHEMAS`. */
export const NARROWED_KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  ['sourceIp', 'vpcEndpoint', 'qualifier', 'invokedBy'].map((key) => [
    key,
    Object.entries(ENTRY_SCHEMAS)
      .filter(([, schema]) => Object.hasOwn(schema.shape, key))
      .map(([kind]) => kind),
  ]),
);

/** One function as the file writes it; the entries in `invokers` are read one by one, each by its own kind. */
export const FUNCTION_SCHEMA = z.strictObject({
  name: text(checkFunctionName, {
    description: 'Function name or glob (any account and Region), or one full function ARN.',
    examples: ['thumbnailer', 'orders-*', 'arn:aws:lambda:eu-west-1:111122223333:function:orders'],
  }),
  mode: mode.optional(),
  scope: z.enum(['allowlist', 'offender']).optional().meta({
    description:
      'Whom a containment shuts out: everyone not listed (allowlist), or only the caller that got in (offender).',
    default: 'allowlist',
  }),
  invokers: z.array(z.unknown()).meta({ description: 'Who may call. Each entry names one kind of caller.' }),
  confirm: z
    .literal('nobody')
    .optional()
    .meta({ description: 'Needed beside an empty `invokers` in enforce: nobody may call.' }),
});

/** The file's own keys; functions and break-glass entries are read one by one. */
export const FILE_SCHEMA = z.strictObject({
  version: z
    .union([z.literal(1), z.literal('1')])
    .meta({ description: 'Version of the file format.', default: 1 }),
  mode: mode.optional(),
  trail: z
    .strictObject({
      functions: z.enum(['guarded', 'all']).optional().meta({
        description: 'Which functions have their calls logged, and paid for.',
        default: 'guarded',
      }),
    })
    .optional(),
  alerts: z
    .strictObject({
      emails: z
        .array(text(checkEmail, { description: 'Gets every alert.', examples: ['security@example.com'] }))
        .optional(),
    })
    .optional(),
  functions: z.array(z.unknown()).meta({ description: 'The guarded functions. Others are not guarded.' }),
  breakGlass: z
    .array(z.unknown())
    .optional()
    .meta({ description: 'Never shut out, on any function. Roles, users and accounts only.' }),
});

/** The whole file in one schema, for editors: the same parts, put together. */
export const WHOLE_FILE_SCHEMA = FILE_SCHEMA.extend({
  functions: z
    .array(FUNCTION_SCHEMA.extend({ invokers: z.array(z.union(Object.values(ENTRY_SCHEMAS))) }))
    .meta({ description: 'The guarded functions. Others are not guarded.' }),
  breakGlass: z
    .array(z.union([roleEntry, userEntry, accountEntry]))
    .optional()
    .meta({
      description: 'Never shut out, on any function.',
    }),
});
