import { createInterface } from 'node:readline/promises';
import { UsageError } from './failure.js';

/**
 * Asks before something is changed. Only `yes` means yes.
 * @throws {UsageError} without a terminal: nobody could answer.
 */
export async function confirmed(question: string, autoApprove: boolean | undefined): Promise<boolean> {
  if (autoApprove) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError(
      'Nothing was changed: this is not a terminal, so nobody can answer the question. Add --auto-approve to proceed without asking.',
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const interrupted = new AbortController();
  asking.on('SIGINT', () => interrupted.abort());
  try {
    return (
      (
        await asking.question(`${question} Type "yes" to proceed: `, { signal: interrupted.signal })
      ).trim() === 'yes'
    );
  } catch {
    return false;
  } finally {
    asking.close();
  }
}
