import type { Emulator } from 'taskrouter-kit/emulator';
import { createEmulator } from 'taskrouter-kit/emulator';
import { startCuttingProxy } from '../../support/cutting-proxy.js';
import type { Office } from './scenarios.js';

/** A centre for the scenarios, and what ends it. */
export async function openOffice(): Promise<{
  office: Office;
  emulator: Emulator;
  close: () => Promise<void>;
}> {
  const emulator = await createEmulator({
    clock: 'virtual',
    phones: { does: 'answer', talkMs: Number.POSITIVE_INFINITY },
  });
  const { workers, taskQueues, workflows } = emulator.seed({
    taskChannels: { voice: {} },
    workers: {
      Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } },
      Bob: { activity: 'Offline', attributes: { contact_uri: 'client:bob' } },
      Sue: { activity: 'Offline', attributes: { contact_uri: 'client:sue' } },
    },
    taskQueues: { Everyone: {}, Both: { maxReservedWorkers: 2 } },
    workflows: { Default: { defaultQueue: 'Everyone' } },
  });
  const http = `${emulator.url}/v1/wschannels`;
  const proxy = await startCuttingProxy(emulator.url.replace('http', 'redis'));
  const office: Office = {
    http,
    ws: http.replace('http', 'ws'),
    proxied: `ws://${new URL(proxy.url).host}`,
    token: (worker, options) => emulator.accessToken(worker ?? undefined, options),
    task: async (fields) => emulator.createTask(fields as object).sid,
    advance: (duration) => emulator.advance(duration),
    cancelTask: async (sid) => {
      const auth = Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64');
      const { workspaceSid } = emulator.worker('Ann');
      await fetch(`${emulator.url}/v1/Workspaces/${workspaceSid}/Tasks/${sid}`, {
        method: 'POST',
        headers: { authorization: `Basic ${auth}` },
        body: new URLSearchParams({ AssignmentStatus: 'canceled', Reason: 'test' }),
      });
    },
    cut: async () => proxy.reset(),
    sids: async () => ({ ...workers, ...taskQueues, ...workflows }),
    activityOf: async (worker) => emulator.worker(worker).activity,
  };
  const close = async () => {
    proxy.close();
    await emulator.close();
  };
  return { office, emulator, close };
}
