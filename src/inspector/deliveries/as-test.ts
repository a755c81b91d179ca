import type { DeliveryDetail } from '../data/types.js';

/**
 * A test that gives the handlers the task and the worker of this callback, and expects what they decided. For an
 * assignment callback whose attributes can be read; undefined for others.
 */
export function testFor(delivery: DeliveryDetail): string | undefined {
  const { callback, taskAttributes, workerAttributes, instruction, handler } = delivery;
  if (callback !== 'assignment' || !taskAttributes?.ok || !workerAttributes?.ok) return undefined;
  const what = handler.value === null ? 'the handlers' : handler.value;
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHandler } from 'taskrouter-kit/testing';
import handlers from './index.js';

test(${text(`${what} answers ${instruction ?? 'this task'}`)}, async () => {
  const input = {
    task: { attributes: ${indented(taskAttributes.value)} },
    worker: { attributes: ${indented(workerAttributes.value)} },
  };
  let decision;
  // The first handler that matches decides, as in the router.
  for (const handler of handlers) decision ??= await runHandler(handler, input);
  assert.equal(decision?.instruction, ${text(instruction ?? 'accept')});
});
`;
}

const indented = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\n    ');

/** In single quotes, as the project writes texts. */
const text = (value: string) =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll(/\s/g, ' ')}'`;
