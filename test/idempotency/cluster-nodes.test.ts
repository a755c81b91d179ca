import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { handleAskingFailures } from '../../src/idempotency/store/redis/cluster-nodes.js';

const node = () => ({ asking: () => Promise.reject(new Error('Connection is closed.')) });

test('an ASKING whose connection closes ends no process, on nodes that are there and on later ones', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const [first, later] = [node(), node()];
  const cluster = Object.assign(new EventEmitter(), { isCluster: true, nodes: () => [first] });
  handleAskingFailures(cluster);
  cluster.emit('+node', later);
  void first.asking();
  void later.asking();
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  // Whoever waits for it still hears of the failure.
  await expect(later.asking()).rejects.toThrow('Connection is closed.');
});

test('a client of one server is left as it is', () => {
  const client = Object.assign(new EventEmitter(), { isCluster: false });
  handleAskingFailures(client);
  expect(client.listenerCount('+node')).toBe(0);
});
