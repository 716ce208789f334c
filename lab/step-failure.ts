/** A step of the demo that did not end as it must; the message says what was expected and what happened. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';

  constructor(expected: string, got: string, options?: ErrorOptions) {
    super(`expected ${expected}, got ${got}`, options);
  }
}

/**
 * Asks until the answer will do, and answers it. Throws `StepFailure` with the last answer when it never does.
 * `expected` completes the sentence "expected …".
 */
export async function pollUntil<T>(
  expected: string,
  ask: () => Promise<T>,
  willDo: (answer: T) => boolean,
  patience: { readonly timeoutMs: number; readonly intervalMs: number } = {
    timeoutMs: 45_000,
    intervalMs: 200,
  },
): Promise<T> {
  const deadlineMs = performance.now() + patience.timeoutMs;
  for (;;) {
    const answer = await ask();
    if (willDo(answer)) return answer;
    if (performance.now() >= deadlineMs) {
      throw new StepFailure(`${expected} within ${patience.timeoutMs / 1000} s`, JSON.stringify(answer));
    }
    await new Promise((resolve) => setTimeout(resolve, patience.intervalMs));
  }
}
