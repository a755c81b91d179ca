import { vi } from 'vitest';

/** Runs a command and brings its exit code and what it printed. */
export async function captured(run: () => Promise<number>): Promise<{ code: number; output: string }> {
  let output = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  try {
    return { code: await run(), output };
  } finally {
    write.mockRestore();
  }
}
