import { type AlertPublisher, WINDOW_MS } from '../../containment/alert-ports.ts';
import { type AlertSending, type Finding, sendAlert } from '../../containment/alerting.ts';
import { type Alert, composeAlert } from '../../core/alert/alert.ts';
import type { DigestEvent } from '../../core/alert/digest-alert.ts';
import { nameGroup } from '../../core/alert/finding-group.ts';
import { type LambdaInvocation, parseInvocation } from '../../core/record/invocation.ts';
import type { Decision } from '../../core/verdict/decision.ts';
import { composeMalloryCall, FUNCTION_ARN, GUARD } from './calls.ts';
import { InMemoryAlertBook, InMemoryLedger, type Interruption, StandingClock } from './in-memory-ports.ts';

/** Keeps what was published and in which hour. */
export class DatedAlerts implements AlertPublisher {
  readonly sent: { readonly alert: Alert; readonly hour: number }[] = [];
  readonly #clock: StandingClock;
  interrupt: Interruption = () => undefined;

  constructor(clock: StandingClock) {
    this.#clock = clock;
  }

  async publishAlert(alert: Alert): Promise<void> {
    this.interrupt('publishAlert');
    this.sent.push({ alert, hour: Math.floor(this.#clock.nowMs() / WINDOW_MS) });
  }

  get digests(): readonly DigestEvent[] {
    return this.sent.map(({ alert }) => alert.event).filter((event) => event.kind === 'digest');
  }

  get singles(): readonly Alert[] {
    return this.sent.map(({ alert }) => alert).filter(({ event }) => event.kind !== 'digest');
  }
}

/** What alerting and the digest act on, in memory. */
export interface World {
  readonly clock: StandingClock;
  readonly ledger: InMemoryLedger;
  readonly alertBook: InMemoryAlertBook;
  readonly alerts: DatedAlerts;
}

/** A world in which nothing was found yet. */
export function buildWorld(): World {
  const clock = new StandingClock();
  return {
    clock,
    ledger: new InMemoryLedger(),
    alertBook: new InMemoryAlertBook(),
    alerts: new DatedAlerts(clock),
  };
}

const INVOCATION = parseInvocation(composeMalloryCall()) as LambdaInvocation;
const DECISION: Decision = {
  verdict: 'unauthorized',
  reason: 'no entry of the allowlist lists this caller',
  entry: null,
  nearest: null,
  guarded: null,
};

/** A finding about one caller and function, like every other of its `state`. */
export function composeFinding(caller: string, eventID: string, state = 'observed'): Finding {
  const group = {
    functionArn: FUNCTION_ARN,
    caller: { kind: 'role', roleArn: `arn:aws:iam::111122223333:role/${caller}` },
  } as const;
  const { caller: who } = group;
  const outcome = { kind: 'observed' } as const;
  const about = { guard: GUARD, invocation: INVOCATION, caller: who, decision: DECISION, outcome };
  const compose = async (): Promise<Alert> => ({
    ...composeAlert(about),
    subject: eventID,
    attributes: { verdict: 'unauthorized', outcome: state, group: nameGroup(group).groupID },
  });
  return { key: `${caller}|${state}`, eventID, group, compose };
}

/** So many callers, each found once. */
export async function findMany(
  world: World,
  count: number,
  name = 'caller',
): Promise<readonly AlertSending[]> {
  const sendings: AlertSending[] = [];
  for (let index = 0; index < count; index += 1) {
    sendings.push(await sendAlert(composeFinding(`${name}-${index}`, `${name}-event-${index}`), world));
  }
  return sendings;
}
