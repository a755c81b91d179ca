import { Redis } from 'ioredis';
import { startRedis } from '../test/support/redis.js';
import { pin } from './processes.js';

/** A private, empty Redis. */
export interface BenchRedis {
  readonly url: string;
  /** CPU time it has used, and calls it has answered, of scripts and of SET: each is one round trip. */
  usage(): Promise<{ readonly cpuUs: number; readonly roundTrips: number }>;
  stop(): Promise<void>;
}

/** Starts a Redis on a free port, pinned to a core. It ends with this process, however that ends. */
export async function startBenchRedis(core: number): Promise<BenchRedis> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const stop = async () => {
    redis.disconnect();
    await server.stop();
  };
  try {
    pin(Number(field(await redis.info('server'), 'process_id')), core);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: server.url,
    async usage() {
      const cpu = await redis.info('cpu');
      const stats = await redis.info('commandstats');
      return {
        cpuUs: (Number(field(cpu, 'used_cpu_user')) + Number(field(cpu, 'used_cpu_sys'))) * 1e6,
        roundTrips: [...stats.matchAll(/^cmdstat_(?:evalsha|set):calls=(\d+)/gm)].reduce(
          (sum, [, calls]) => sum + Number(calls),
          0,
        ),
      };
    },
    stop,
  };
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
}
