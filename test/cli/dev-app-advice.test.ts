import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AppAdvice } from '../../src/cli/dev-app-advice.js';
import type { Delivery } from '../../src/emulator/index.js';
import { createTaskRouter, defer } from '../../src/index.js';

async function listening(app: RequestListener): Promise<string> {
  const server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Posts where a callback would go, and lets the advice hear of the answer. */
async function post(advice: AppAdvice, url: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', redirect: 'manual' });
  advice.hear({
    url,
    outcome: 'answered',
    status: answer.status,
    answer: await answer.text(),
    contentType: answer.headers.get('content-type') ?? undefined,
  } as Delivery);
}

function told(app: string) {
  const texts: string[] = [];
  const advice = new AppAdvice({ app, tokenIsIn: 'of .env.local', tell: (text) => texts.push(text) });
  return { texts, advice };
}

describe('an app that is not where dev was told', () => {
  test('is found at the place it has, and that is said once', async () => {
    const app = express();
    app.use('/hooks/taskrouter', createTaskRouter({ authToken: 'x' }).otherwise(defer()).express());
    const origin = await listening(app);
    const { advice, texts } = told(`${origin}/taskroute`);
    for (const route of ['assignment', 'assignment/fallback', 'events'])
      await post(advice, `${origin}/taskroute/${route}`);
    await vi.waitFor(() => expect(texts).toHaveLength(1));
    expect(texts[0]).toBe(
      `Your app has no route POST ${origin}/taskroute/assignment (404). Its router is at ${origin}/hooks/taskrouter: restart dev with --url ${origin}/hooks/taskrouter`,
    );
  });

  test('one without the router is told which route is missing; events can do without, and each is said once', async () => {
    const origin = await listening((_request, response) => void response.writeHead(404).end());
    const { advice, texts } = told(`${origin}/centre`);
    for (let turn = 0; turn < 2; turn += 1) {
      for (const route of ['assignment', 'events']) await post(advice, `${origin}/centre/${route}`);
    }
    await vi.waitFor(() => expect(texts).toHaveLength(2));
    expect(texts[0]).toContain(
      `no route POST ${origin}/centre/assignment (404). Mount the router there, as in app.use('/centre'`,
    );
    expect(texts[1]).toContain('/centre/events (404). Answer 204 there if you want events');
  });
});

test('a signature that is refused names the token to set, and the advice comes again after an answer that was right', async () => {
  const app = express();
  app.post('/ok', (_request, response) => void response.json({}));
  app.use(createTaskRouter({ authToken: 'x' }).otherwise(defer()).express());
  app.post('/old', (_request, response) => response.redirect(308, '/new'));
  const origin = await listening(app);
  const { advice, texts } = told(origin);
  const signed = (status: number, code: string) =>
    advice.hear({
      ...{ url: `${origin}/assignment`, outcome: 'answered', status },
      contentType: 'application/problem+json',
      answer: JSON.stringify({ code, detail: 'It does not match.' }),
    } as Delivery);
  signed(403, 'signature-mismatch');
  signed(403, 'signature-mismatch');
  expect(texts).toHaveLength(1);
  expect(texts[0]).toContain('(403): It does not match. Set the TWILIO_AUTH_TOKEN of .env.local in your app');
  advice.hear({ url: `${origin}/assignment`, outcome: 'answered', status: 200 } as Delivery);
  signed(403, 'signature-mismatch');
  expect(texts).toHaveLength(2);
  await post(advice, `${origin}/old`);
  expect(texts[2]).toContain(`Your app redirects ${origin}/old (308)`);
});
