import { App, type Environment } from 'aws-cdk-lib';
import { InvalidAllowlistError } from './allowlist-source.ts';
import { InvalidSettingsError } from './app-settings.ts';
import { composeApp } from './guard-app.ts';

/** The account and Region of the credentials that the CDK CLI runs with. */
function readEnvironment(): Environment {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}

// Synthesized below and nowhere else: by itself an app would also write what there is after a fault.
const app = new App({ autoSynth: false });
try {
  composeApp(app, { env: readEnvironment() });
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidAllowlistError || error instanceof InvalidSettingsError)) throw error;
  // A fault of the person's own files: what is wrong, without a stack trace. The CDK CLI stops on the exit code.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
