export { type AllowlistSource, InvalidAllowlistError } from './allowlist-source.ts';
export { type ForwardedSource, ForwardStack, type ForwardStackProps } from './forward-stack.ts';
export { GuardDashboard } from './guard-dashboard.ts';
export { InvocationGuard, type InvocationGuardProps } from './invocation-guard.ts';
export { InvocationTrail, type InvocationTrailProps } from './invocation-trail.ts';
export { LogSweep, type LogSweepProps } from './log-sweep.ts';
