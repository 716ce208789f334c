/** Something that keeps containment from finishing. `code` is stable PascalCase; `message` is for people. */
export class ContainmentError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A fault that may pass: throttling, a timeout, a lock that another run holds. Deliver the same work again. */
export class RetryableError extends ContainmentError {}

/** A fault that stays until somebody mends it: a missing permission, a wrong table. Trying again is no use. */
export class PermanentError extends ContainmentError {}
