import type { Emulator } from 'taskrouter-kit/emulator';
import { Origins } from '../../../src/emulator/agents/origins.js';
import type { World } from '../../../src/emulator/world/world.js';
import { consoleLogger } from '../../../src/log.js';

/** What sockets need of an emulator, for sockets of the test's own; tokens are those of the emulator's own key. */
export function makeWorld(emulator: Emulator): { world: World; origins: Origins } {
  const world = {
    accountSid: emulator.accountSid,
    authToken: emulator.authToken,
    apiKeys: new Map([[`SK${'1'.repeat(32)}`, 'a secret of thirty-two characters']]),
    workspaces: emulator.workspaces,
    log: consoleLogger,
    dispatch: (_name: string, { workspaceSid, sid, activitySid }: Record<string, string>) => {
      const auth = Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64');
      void fetch(`${emulator.url}/v1/Workspaces/${workspaceSid}/Workers/${sid}`, {
        method: 'POST',
        headers: { authorization: `Basic ${auth}` },
        body: new URLSearchParams({ ActivitySid: activitySid! }),
      });
    },
  } as unknown as World;
  return { world, origins: new Origins([], consoleLogger) };
}
