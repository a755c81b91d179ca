import { Agent, request } from 'node:http';
import { assignmentRequest, eventRequest, type SignedRequest } from 'taskrouter-kit/testing';
import { TOKEN } from '../server/endpoint-process.js';
import { PUBLIC_URL } from '../support/watched/start.js';

/** Sends callbacks to an endpoint and counts what comes back. */
export class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #port: number;
  /** Distinct callbacks that left a record in the store. */
  records = 0;
  sent = 0;
  open = 0;
  readonly wrong: string[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /** One callback as a contact centre's: mostly new assignments, some of them repeated, some events, some forged. */
  async callback(): Promise<void> {
    const kind = this.sent++ % 10;
    if (kind === 9) return this.#send(assignment('another'), 403);
    if (kind === 8) {
      this.records += 1;
      const url = `${PUBLIC_URL}/taskrouter/events`;
      return this.#send(eventRequest({ url, authToken: TOKEN, type: 'task.created' }), 204);
    }
    const sent = assignment(TOKEN);
    this.records += 1;
    await this.#send(sent, 200);
    if (kind === 0) await this.#send(sent, 200);
  }

  /** So many at once until a time is over. @returns how many a second */
  async flatOut(ms: number): Promise<number> {
    const [began, before] = [performance.now(), this.sent];
    const sender = async () => {
      while (performance.now() - began < ms) await this.callback();
    };
    await Promise.all(Array.from({ length: 16 }, sender));
    return ((this.sent - before) * 1_000) / (performance.now() - began);
  }

  /** So many a second, however fast they are answered. @returns what stops it */
  steady(perSecond: number): () => void {
    const [began, before] = [performance.now(), this.sent];
    const timer = setInterval(() => {
      const due = before + ((performance.now() - began) * perSecond) / 1_000;
      // A load that piles up is no half load: what the machine cannot send is left out.
      while (this.sent < due && this.open < 500) void this.callback();
    }, 10);
    return () => clearInterval(timer);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ url, headers, body }: SignedRequest, expected: number): Promise<void> {
    this.open += 1;
    return new Promise((resolve) => {
      const end = (wrong?: string) => {
        this.open -= 1;
        if (wrong !== undefined) this.wrong.push(wrong);
        resolve();
      };
      const target = {
        port: this.#port,
        path: new URL(url).pathname,
        method: 'POST',
        headers,
        agent: this.#agent,
      };
      request(target, (response) => {
        const { statusCode } = response;
        response
          .resume()
          .on('end', () => end(statusCode === expected ? undefined : `${statusCode} instead of ${expected}`));
      })
        .on('error', (error) => end(String(error)))
        .end(body);
    });
  }
}

const assignment = (authToken: string) =>
  assignmentRequest({
    url: `${PUBLIC_URL}/taskrouter/assignment`,
    authToken,
    task: { call_sid: `CA${'0'.repeat(32)}`, from: '+15550100', note: 'n'.repeat(220) },
  });
