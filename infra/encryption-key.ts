import { RemovalPolicy } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { ResourceSetting } from './app-settings.ts';

/** The KMS key of a stack as the settings ask for it: its own (kept when the stack goes), an existing one, or none. */
export function findKey(scope: Construct, setting: ResourceSetting): IKey | undefined {
  switch (setting.kind) {
    case 'create':
      return new Key(scope, 'Key', {
        description: 'Invokeguard',
        enableKeyRotation: true,
        // What it encrypted stays too, and could not be read without it.
        removalPolicy: RemovalPolicy.RETAIN,
      });
    case 'existing':
      return Key.fromKeyArn(scope, 'Key', setting.arn);
    case 'none':
      return undefined;
  }
}
