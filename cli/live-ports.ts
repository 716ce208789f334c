import { buildClients } from '../aws/clients.ts';
import { findDeployedGuard } from '../aws/deployed-guard.ts';
import { DynamodbLedger } from '../aws/dynamodb-ledger.ts';
import { DynamodbTierLedger } from '../aws/dynamodb-tier-ledger.ts';
import { LambdaFunctionSwitches } from '../aws/lambda-function-switches.ts';
import { LambdaPolicyStore } from '../aws/lambda-policy-store.ts';
import { SnsAlertPublisher } from '../aws/sns-alert-publisher.ts';
import type { AlertPublisher } from '../containment/alert-ports.ts';
import type { ContainmentPorts } from '../containment/containment.ts';
import type { Clock } from '../containment/ports.ts';
import type { TierPorts } from '../containment/tier.ts';
import type { Guard } from '../core/guard.ts';
import type { CommandIo } from './command-io.ts';

/** What a live command works with: the deployment in that Region, and its ports. */
export type LivePorts =
  | {
      readonly kind: 'live';
      readonly guard: Guard;
      readonly ports: ContainmentPorts;
      readonly tiers: TierPorts;
      readonly alerts: AlertPublisher;
    }
  | { readonly kind: 'unavailable'; readonly problem: string };

/** Finds the deployed guard in a Region, with the credentials of the environment, and builds its ports. */
export async function openLivePorts(region: string, io: CommandIo, clock: Clock): Promise<LivePorts> {
  const clients = buildClients({ region, endpoint: io.env['AWS_ENDPOINT_URL'] });
  const found = await findDeployedGuard(clients.lambda);
  switch (found.kind) {
    case 'notDeployed':
      return {
        kind: 'unavailable',
        problem: `no Invokeguard is deployed in \`${region}\` with these credentials: check \`AWS_PROFILE\` and the Region`,
      };
    case 'foreign':
      return {
        kind: 'unavailable',
        problem: `the function \`invokeguard-remediator\` in \`${region}\` is not ours: it has no variable \`${found.missing}\``,
      };
    case 'deployed':
      return {
        kind: 'live',
        guard: found.guard,
        ports: {
          policies: new LambdaPolicyStore(clients.lambda),
          ledger: new DynamodbLedger(clients.dynamodb, found.ledgerTableName),
          clock,
        },
        tiers: {
          switches: new LambdaFunctionSwitches(clients.lambda),
          tiers: new DynamodbTierLedger(clients.dynamodb, found.ledgerTableName),
          clock,
        },
        alerts: new SnsAlertPublisher(clients.sns, found.alertTopicArn),
      };
  }
}
