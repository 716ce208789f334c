import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  paginateListEventSourceMappings,
  paginateListFunctionUrlConfigs,
  paginateListProvisionedConcurrencyConfigs,
  UpdateEventSourceMappingCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import type { FunctionSwitches, SwitchReading, SwitchResult } from '../containment/tier-ports.ts';
import { parseFunctionArn } from '../core/record/function-reference.ts';
import type {
  ConcurrencySettings,
  MappingSetting,
  SwitchChange,
  Tier,
  TriggerSettings,
  UrlSetting,
} from '../core/tier/tier.ts';
import { composeFunctionParameters } from './function-parameters.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

const READ_RIGHTS = {
  freeze: 'lambda:GetFunctionConcurrency and lambda:ListProvisionedConcurrencyConfigs',
  'disable-triggers': 'lambda:ListEventSourceMappings and lambda:ListFunctionUrlConfigs',
} as const;

/**
 * Concurrency, event source mappings and function URLs through Lambda's API.
 *
 * IAM, of the person who asks: for `freeze` `lambda:GetFunctionConcurrency`, `ListProvisionedConcurrencyConfigs`,
 * `PutFunctionConcurrency`, `DeleteFunctionConcurrency`; for `disable-triggers` `ListEventSourceMappings`,
 * `ListFunctionUrlConfigs`, `UpdateEventSourceMapping`, `UpdateFunctionUrlConfig`.
 */
export class LambdaFunctionSwitches implements FunctionSwitches {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async readSwitches(functionArn: string, tier: Tier): Promise<SwitchReading> {
    try {
      const settings =
        tier === 'freeze' ? await this.#readConcurrency(functionArn) : await this.#readTriggers(functionArn);
      return { kind: 'present', settings };
    } catch (error) {
      if (classifyFault(error) === 'notFound') return { kind: 'missing' };
      return raiseFault(error, READ_RIGHTS[tier]);
    }
  }

  async turnSwitch(functionArn: string, change: SwitchChange): Promise<SwitchResult> {
    try {
      await this.#send(functionArn, change);
      return { kind: 'turned' };
    } catch (error) {
      const fault = classifyFault(error);
      if (fault === 'notFound') return { kind: 'missing' };
      if (fault === 'invalid') return { kind: 'refused', reason: describeFault(error) };
      if (error instanceof Error && error.name === 'ResourceInUseException') {
        return {
          kind: 'refused',
          reason: `it is being changed right now, ask again (${describeFault(error)})`,
        };
      }
      return raiseFault(error, nameAction(change));
    }
  }

  async #readConcurrency(functionArn: string): Promise<ConcurrencySettings> {
    const found = await this.#client.send(new GetFunctionConcurrencyCommand({ FunctionName: functionArn }));
    const provisioned: string[] = [];
    const pages = paginateListProvisionedConcurrencyConfigs(
      { client: this.#client },
      { FunctionName: functionArn },
    );
    try {
      for await (const page of pages) {
        for (const { FunctionArn: arn } of page.ProvisionedConcurrencyConfigs ?? []) {
          provisioned.push(parseFunctionArn(arn ?? '')?.qualifier ?? '$LATEST');
        }
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ProvisionedConcurrencyConfigNotFoundException'))
        throw error;
    }
    return { tier: 'freeze', reservedConcurrency: found.ReservedConcurrentExecutions ?? null, provisioned };
  }

  async #readTriggers(functionArn: string): Promise<TriggerSettings> {
    const urls: UrlSetting[] = [];
    for await (const page of paginateListFunctionUrlConfigs(
      { client: this.#client },
      { FunctionName: functionArn },
    )) {
      for (const { FunctionArn: arn, AuthType: authType } of page.FunctionUrlConfigs ?? []) {
        const qualifier = parseFunctionArn(arn ?? '')?.qualifier ?? null;
        urls.push({ qualifier, authType: authType === 'NONE' ? 'NONE' : 'AWS_IAM' });
      }
    }
    return { tier: 'disable-triggers', mappings: await this.#listMappings(functionArn), urls };
  }

  /**
   * All mappings of the account and Region, sifted here: AWS does not document whether a list for the unqualified name
   * holds those of aliases and versions.
   */
  async #listMappings(functionArn: string): Promise<readonly MappingSetting[]> {
    const mappings: MappingSetting[] = [];
    for await (const page of paginateListEventSourceMappings({ client: this.#client }, {})) {
      for (const { UUID: uuid, FunctionArn: arn, EventSourceArn, State } of page.EventSourceMappings ?? []) {
        if (uuid === undefined || parseFunctionArn(arn ?? '')?.functionArn !== functionArn) continue;
        const state = STOPPED.has(State ?? '') ? 'disabled' : 'enabled';
        mappings.push({ uuid, sourceArn: EventSourceArn ?? null, state });
      }
    }
    return mappings;
  }

  async #send(functionArn: string, change: SwitchChange): Promise<void> {
    switch (change.kind) {
      case 'reservedConcurrency':
        await (change.after === null
          ? this.#client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: functionArn }))
          : this.#client.send(
              new PutFunctionConcurrencyCommand({
                FunctionName: functionArn,
                ReservedConcurrentExecutions: change.after,
              }),
            ));
        return;
      case 'eventSourceMapping':
        await this.#client.send(
          new UpdateEventSourceMappingCommand({ UUID: change.uuid, Enabled: change.after === 'enabled' }),
        );
        return;
      case 'functionUrl':
        await this.#client.send(
          new UpdateFunctionUrlConfigCommand({
            ...composeFunctionParameters({ functionArn, qualifier: change.qualifier }),
            AuthType: change.after,
          }),
        );
    }
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html (State) */
const STOPPED = new Set(['Disabled', 'Disabling', 'Deleting']);

function nameAction(change: SwitchChange): string {
  switch (change.kind) {
    case 'reservedConcurrency':
      return change.after === null ? 'lambda:DeleteFunctionConcurrency' : 'lambda:PutFunctionConcurrency';
    case 'eventSourceMapping':
      return 'lambda:UpdateEventSourceMapping';
    case 'functionUrl':
      return 'lambda:UpdateFunctionUrlConfig';
  }
}
