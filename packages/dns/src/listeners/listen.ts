/** One port, two protocols. */

import type { Responder } from './responder.ts';
import { listenTcp, type TcpListenerOptions } from './tcp-listener.ts';
import { listenUdp } from './udp-listener.ts';

/** A port on which queries are answered over UDP and TCP. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** How often another port is tried when the free one of TCP is taken for UDP. */
const PORT_ATTEMPTS = 20;

/** Binds TCP and UDP to the same port; port 0 finds one that is free for both. Rejects where a given port is taken. */
export async function listen(responder: Responder, options: TcpListenerOptions): Promise<Listener> {
  for (let attempt = 1; ; attempt += 1) {
    const tcp = await listenTcp(responder, options);
    try {
      const udp = await listenUdp(responder, { host: options.host, port: tcp.port });
      const close = async (): Promise<void> => {
        await Promise.all([tcp.close(), udp.close()]);
      };
      return { port: tcp.port, close };
    } catch (error) {
      await tcp.close();
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (options.port !== 0 || !taken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
