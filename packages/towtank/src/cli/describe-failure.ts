/** A failure as one line for people. */

/** What went wrong, without a stack: the port for a taken one, the message for everything else. */
export function describeFailure(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code, port, address } = reason as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `port ${port} of ${address} is taken`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} of ${address} needs more rights`;
  return reason.message.split('\n')[0] ?? '';
}
