/** The two actions that a caller of a function may need. */
export type InvokeAction = 'lambda:InvokeFunction' | 'lambda:InvokeFunctionUrl';

/** Who makes a request, as IAM sees it. */
export type RequestPrincipal =
  | { readonly kind: 'service'; readonly service: string }
  /** A session of a role. Policies may name the role, the session, or the account. */
  | { readonly kind: 'role'; readonly roleArn: string; readonly sessionArn: string; readonly account: string }
  | { readonly kind: 'user'; readonly userArn: string; readonly account: string }
  | { readonly kind: 'root'; readonly account: string }
  | { readonly kind: 'federated'; readonly arn: string; readonly account: string }
  | { readonly kind: 'anonymous' };

/** One request that AWS would authorize against a function's resource policy. */
export interface AccessRequest {
  readonly action: InvokeAction;
  /** The ARN that is called, qualifier included; the resource policy attached to exactly this ARN is asked. */
  readonly resource: string;
  readonly principal: RequestPrincipal;
  /**
   * Condition keys that are present, by lower-cased name. A key that is not here is absent from the request, and so is
   * one that is here without a value, whatever `unlistedKeys` says.
   */
  readonly context: ReadonlyMap<string, readonly string[]>;
  /**
   * What a condition key means that is neither in `context` nor one of `MODELLED_KEYS` (`aws:SourceVpc`, say): not in
   * the request, or not known to us.
   * @default 'absent'
   */
  readonly unlistedKeys?: 'absent' | 'unknown';
  /** What the caller's own identity policies say: they count in the same account by union, across accounts by intersection. */
  readonly identity: 'allows' | 'silent' | 'denies';
}

/** What the evaluator says, in IAM's words, and which statement decided. */
export type AccessDecision =
  | {
      readonly kind: 'allowed';
      readonly by: 'resourcePolicy' | 'identityPolicy' | 'both';
      readonly statement: number | null;
    }
  | {
      readonly kind: 'explicitlyDenied';
      readonly by: 'resourcePolicy' | 'identityPolicy';
      readonly statement: number | null;
    }
  | { readonly kind: 'implicitlyDenied'; readonly reason: string }
  /** The policy uses something that we do not understand and that could change the answer. */
  | { readonly kind: 'undetermined'; readonly statement: number; readonly reason: string };
