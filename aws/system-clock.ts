import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../containment/ports.ts';

/** The machine's own clock. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  sleep: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
};
