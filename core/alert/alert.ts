/** A composed alert, ready to publish. */
export interface Alert {
  /** At most 100 printable ASCII characters, one line (SNS's limit). */
  readonly subject: string;
  /** For people, in e-mail. */
  readonly text: string;
  /** For machines. */
  readonly event: AlertEvent;
  /** For SNS filter policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The structured form of an alert. */
export type AlertEvent = Readonly<Record<string, unknown>>;
