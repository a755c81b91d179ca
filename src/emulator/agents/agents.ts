import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import type { EngineEvent } from '../engine/index.js';
import type { RestFaults } from '../world/rest-faults.js';
import type { InstructionExecutor, World } from '../world/world.js';
import type { Participants } from './calls/route.js';
import { agentHttp } from './http.js';
import { Origins } from './origins.js';
import { AgentSockets } from './sockets.js';

export interface AgentsParts {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly participants: Participants;
  readonly faults: RestFaults;
  /** Origins of web pages that may call beside those of this machine; `*`: any. */
  readonly allowOrigins: readonly string[];
  /** Of sockets. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** The agents' side of an emulator: what Twilio's Worker SDK (`twilio-taskrouter`) calls and listens to. */
export interface Agents {
  /** `/v1/wschannels` by HTTP; `request.url` is what comes after it. */
  readonly http: (request: IncomingMessage, response: ServerResponse) => void;
  /** Takes the WebSockets of a server. */
  serve(server: Server): void;
  /** Tells an event to the sockets it concerns. */
  hear(event: EngineEvent): void;
  /** The whole state was replaced. */
  replaced(): void;
  close(): Promise<void>;
}

export function createAgents(parts: AgentsParts): Agents {
  const { world, allowOrigins, clock } = parts;
  const origins = new Origins(allowOrigins, world.log);
  const sockets = new AgentSockets({ world, origins, clock });
  return {
    http: agentHttp({ ...parts, origins }),
    serve(server) {
      server.on('upgrade', (request, stream, head) => {
        sockets.upgrade(request, stream, head).catch((error: unknown) => {
          world.log.error({ error }, 'the socket of an agent failed');
          stream.destroy();
        });
      });
    },
    hear: (event) => sockets.hear(event),
    replaced: () => sockets.replaced(),
    close: () => sockets.close(),
  };
}
