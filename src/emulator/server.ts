import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../errors.js';

/** A server that is told when to listen, and knows where it does. */
export interface Listening {
  readonly url: string;
  listen(port: number): Promise<void>;
  close(): Promise<void>;
}

export function listening(server: Server, host: string): Listening {
  return {
    get url() {
      const address = server.address() as AddressInfo | null;
      if (!address)
        throw new ConfigurationError(
          'not-listening',
          'The emulator has no URL: it does not listen. Call listen(port).',
        );
      return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    },
    listen(port) {
      if (server.listening) throw new ConfigurationError('listening', 'The emulator listens already.');
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    },
    close() {
      if (!server.listening) return Promise.resolve();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
