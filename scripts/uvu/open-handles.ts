/** Names what keeps a process alive. */

interface Handle {
  constructor: { name: string };
  address?: () => unknown;
  remotePort?: number;
  localPort?: number;
  pid?: number;
  spawnargs?: string[];
  fd?: number;
  _isStdio?: boolean;
}

/** One line for each open server, socket, child process or timer, with its address where it has one. */
export function openHandles(): string[] {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles(): Handle[] };
  const handles = _getActiveHandles
    .call(process)
    .filter((handle) => !handle._isStdio && !isStandardStream(handle))
    .map(describe);
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate');
  return [...handles, ...timers];
}

const isStandardStream = ({ fd }: Handle): boolean => fd !== undefined && fd >= 0 && fd <= 2;

function describe(handle: Handle): string {
  const name = handle.constructor.name;
  if (handle.spawnargs !== undefined) return `${name} ${handle.pid} (${handle.spawnargs.join(' ')})`;
  if (handle.remotePort !== undefined) return `${name} ${handle.localPort} -> ${handle.remotePort}`;
  const address = addressOf(handle);
  return address === undefined ? name : `${name} ${address}`;
}

function addressOf(handle: Handle): string | undefined {
  try {
    const address = handle.address?.();
    if (typeof address === 'string') return address;
    const { address: host, port } = (address ?? {}) as { address?: string; port?: number };
    return port === undefined ? undefined : `${host}:${port}`;
  } catch {
    return undefined; // a datagram socket that is not bound throws
  }
}
