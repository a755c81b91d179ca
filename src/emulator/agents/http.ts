import type { IncomingMessage, ServerResponse } from 'node:http';
import { EngineRefusal } from '../engine/refusal.js';
import type { RestFaults } from '../world/rest-faults.js';
import { answerCall, type CallParts } from './calls/answer-call.js';
import { FOREIGN, type Origins } from './origins.js';

/** Attributes of 4,096 characters, all of them escaped, twice; and a long token. */
const LONGEST_BODY = 256 * 1_024;

export interface HttpParts extends Omit<CallParts, 'strike'> {
  readonly origins: Origins;
  readonly faults: RestFaults;
}

/**
 * `POST /v1/wschannels`: the calls of the Worker SDK. Every answer is JSON, with a `message` where there is no payload, because
 * the SDK reads one.
 */
export function agentHttp(parts: HttpParts): (request: IncomingMessage, response: ServerResponse) => void {
  const { origins, world } = parts;
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof EngineRefusal)) world.log.error({ error }, 'a call of an agent failed');
      const refusal = error instanceof EngineRefusal ? error : failed();
      if (response.headersSent) response.destroy();
      else refuse(response, refusal);
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse) {
    if (!origins.admits(request)) throw new EngineRefusal(403, 20003, FOREIGN);
    origins.expose(request, response);
    if (request.method === 'OPTIONS') {
      origins.preflight(request, response);
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST, OPTIONS');
      throw new EngineRefusal(405, 20004, 'Method not allowed: agents call by POST, or open a WebSocket');
    }
    const path = new URL(request.url ?? '/', 'http://emulator').pathname;
    if (path !== '/') throw oldAddress();
    const body = await bodyOf(request, response);
    const ifMatch = request.headers['if-match'];
    const strike: CallParts['strike'] = (asked) => parts.faults.strike(asked, response);
    const payload = await answerCall({ ...parts, strike }, { body, ifMatch });
    send(response, 200, { payload });
  }
}

const failed = () => new EngineRefusal(500, 20500, 'The emulator failed; its log says why');

/** taskrouter.js v1 called another address, and takes other answers. */
export const oldAddress = () =>
  new EngineRefusal(
    404,
    20404,
    'Agents call /v1/wschannels, without account and channel: use twilio-taskrouter 2 or later, taskrouter.js v1 is not served',
  );

async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Without destroying it: the socket is still needed for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_BODY) {
        response.setHeader('Connection', 'close');
        throw new EngineRefusal(413, 20001, `The body is longer than ${LONGEST_BODY} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    throw new EngineRefusal(400, 20001, 'The body was cut off');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, { status, twilioCode: code, message }: EngineRefusal): void {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  send(response, status, { code, message, more_info, status });
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
