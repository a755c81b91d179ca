import { signal } from '@preact/signals';

/** `virtual` stands still between two messages; `real` goes on. */
export const clockKind = signal<'real' | 'virtual'>('real');

let toldNow = Date.now();
let toldAt = performance.now();

/** The emulator's time, to the second: reading it makes a component follow it. */
export const second = signal(Math.floor(toldNow / 1_000) * 1_000);

/** What the emulator says its time is. */
export function setClock(now: number): void {
  toldNow = now;
  toldAt = performance.now();
  tick();
}

/** The emulator's time now, in milliseconds since 1970. */
export function emulatorNow(): number {
  return clockKind.value === 'virtual' ? toldNow : toldNow + performance.now() - toldAt;
}

function tick(): void {
  second.value = Math.floor(emulatorNow() / 1_000) * 1_000;
}

setInterval(() => {
  if (!document.hidden) tick();
}, 1_000);
