import { hasWildcard, parseArn } from '../core/arn.ts';
import { quote } from './problem.ts';

/** Roles whose name gives away that they have a path, which consoles leave out. */
const PATHS: readonly { readonly prefix: string; readonly path: string; readonly example: string }[] = [
  {
    // The Region is left out of the path where Identity Center is at home in us-east-1.
    prefix: 'AWSReservedSSO_',
    path: 'aws-reserved/sso.amazonaws.com/',
    example: 'aws-reserved/sso.amazonaws.com/eu-west-1/',
  },
  {
    prefix: 'AWSServiceRoleFor',
    path: 'aws-service-role/',
    example: 'aws-service-role/SERVICE.amazonaws.com/',
  },
];

/**
 * Says what is wrong with a role ARN that certainly lacks its path, since no role of that name can be without; or
 * `undefined` where nothing can be said.
 * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function explainMissingPath(role: string): string | undefined {
  const arn = parseArn(role);
  const resource = arn?.resource.slice('role/'.length) ?? '';
  const cut = resource.lastIndexOf('/') + 1;
  const name = resource.slice(cut);
  const path = resource.slice(0, cut);
  const row = PATHS.find(({ prefix }) => name.startsWith(prefix));
  if (arn === undefined || row === undefined || hasWildcard(path) || path.startsWith(row.path))
    return undefined;
  const found = quote(`arn:${arn.partition}:iam::${arn.account}:role/${row.example}${name}`);
  const pathless = `${quote(role)} lets nobody in: such a role has a path, as in ${found}`;
  return hasWildcard(name)
    ? pathless
    : `${pathless}; write the ARN that \`aws iam get-role --role-name ${name}\` prints`;
}
