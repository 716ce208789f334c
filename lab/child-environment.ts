/** Access keys of one principal. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Variables of the surrounding environment that programs need; everything else of it stays out of the lab. */
const KEPT = ['PATH', 'HOME', 'LANG', 'SystemRoot', 'CDK_VALIDATION'] as const;

/**
 * The environment of every program that the lab starts. Nothing of the user's own AWS set-up gets in, neither
 * profiles nor keys nor proxies, so that the demo cannot reach a real account.
 */
export function composeChildEnvironment(
  temporaryFolder: string,
  additions: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = KEPT.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(kept),
    TMPDIR: temporaryFolder,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The SDK's advice about Node versions is for developers, not for the reader of the demo.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...additions,
  };
}
