import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type PrivateRedis, startRedis } from './redis.js';

/** How long a silent master is waited for before its replica takes over, in milliseconds. */
const NODE_TIMEOUT_MS = 1_000;
const SLOTS = 16_384;

interface Node {
  readonly server: PrivateRedis;
  readonly admin: Redis;
  readonly id: string;
}

/** Three masters and three replicas on loopback ports. */
export interface PrivateCluster {
  /** As `REDIS_URL` names it. */
  readonly url: string;
  readonly masters: readonly PrivateRedis[];
  /** Moves slots with their keys from one master to another, one after another, as `redis-cli --cluster reshard` does. */
  move(from: number, to: number, slots: readonly number[]): Promise<void>;
  /** Resolves when every slot has a master that answers. */
  healed(): Promise<void>;
  /** All keys of all masters that answer. */
  keys(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** CRC16 (XMODEM), byte by byte: how Redis Cluster chooses the slot of a key. */
const CRC = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  return crc;
});

/** The slot of a key, by the part in braces. */
export function slotOf(key: string): number {
  const hashed = /\{([^}]+)\}/.exec(key)?.[1] ?? key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) crc = ((crc << 8) & 0xffff) ^ CRC[(crc >> 8) ^ byte]!;
  return crc % SLOTS;
}

/** Starts a Redis Cluster and waits until it is whole. */
export async function startCluster(flags: readonly string[] = []): Promise<PrivateCluster> {
  const nodes = await Promise.all(Array.from({ length: 6 }, () => startNode(flags)));
  const masters = nodes.slice(0, 3);
  const [first] = masters as [Node, ...Node[]];
  const share = Math.ceil(SLOTS / masters.length);
  await Promise.all(
    masters.map(({ admin }, i) =>
      admin.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min((i + 1) * share, SLOTS) - 1),
    ),
  );
  for (const { server } of nodes.slice(1)) {
    await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, server.port + 1);
  }
  const all = async (holds: (node: Node) => Promise<boolean>) => {
    const end = Date.now() + 20_000;
    for (const node of nodes) {
      while (!(await holds(node).catch(() => false))) {
        if (Date.now() > end) throw new Error('The cluster did not become whole within 20 s.');
        await sleep(50);
      }
    }
  };
  await all(async ({ admin }) => String(await admin.call('CLUSTER', 'INFO')).includes('known_nodes:6'));
  for (const [i, { admin }] of nodes.slice(3).entries()) {
    // A node may be told of its master a moment later.
    for (;;) {
      const done = await admin.call('CLUSTER', 'REPLICATE', masters[i]!.id).catch(() => undefined);
      if (done) break;
      await sleep(50);
    }
  }
  await all(async ({ admin }) => String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  await all(async ({ admin }) => /role:master|master_link_status:up/.test(await admin.info('replication')));

  return {
    url: `redis://${masters.map(({ server }) => `127.0.0.1:${server.port}`).join(',')}`,
    masters: masters.map(({ server }) => server),
    async move(from, to, slots) {
      const [source, target] = [masters[from]!, masters[to]!];
      for (const slot of slots) {
        await target.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
        await source.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
        for (;;) {
          const keys = (await source.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
          if (keys.length === 0) break;
          await source.admin.call('MIGRATE', '127.0.0.1', target.server.port, '', 0, 5_000, 'KEYS', ...keys);
        }
        // The target first: so one of the two always owns it.
        for (const { admin } of [target, ...masters.filter((one) => one !== target)]) {
          await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
        }
      }
    },
    async healed() {
      const end = Date.now() + 20_000;
      for (;;) {
        const states = await Promise.all(
          nodes.map(({ admin }) => admin.call('CLUSTER', 'INFO').then(String, () => 'away')),
        );
        if (states.filter((one) => one !== 'away').every((one) => one.includes('cluster_state:ok'))) return;
        if (Date.now() > end) throw new Error('The cluster did not heal within 20 s.');
        await sleep(20);
      }
    },
    async keys() {
      const found = await Promise.all(nodes.map(({ admin }) => admin.keys('*').catch(() => [])));
      return found.flat();
    },
    async stop() {
      for (const { admin } of nodes) admin.disconnect();
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

async function startNode(flags: readonly string[]): Promise<Node> {
  const server = await startRedis((port) => [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    // Beside its own port: ten thousand above it, which is the default, may not exist.
    ...['--cluster-port', String(port + 1)],
    ...['--cluster-allow-replica-migration', 'no', '--cluster-replica-validity-factor', '0'],
    ...['--dir', mkdtempSync(join(tmpdir(), 'cluster-')), '--repl-diskless-sync-delay', '0'],
    ...flags,
  ]);
  const admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 100, maxRetriesPerRequest: 0 });
  admin.on('error', () => {});
  return { server, admin, id: String(await admin.call('CLUSTER', 'MYID')) };
}
