import { createEmulator, type Emulator, type EmulatorOptions } from 'taskrouter-kit/emulator';
import { afterEach } from 'vitest';

const open: Emulator[] = [];
afterEach(async () => {
  for (const emulator of open.splice(0)) await emulator.close();
});

/** An emulator with a virtual clock, closed when the test ends. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ clock: 'virtual', ...options });
  open.push(emulator);
  return emulator;
}
