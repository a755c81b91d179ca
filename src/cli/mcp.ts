import { serveMcpOverStdio } from '../mcp/index.js';
import { EXIT, UsageError } from './failure.js';

export interface McpOptions {
  /** Where the emulator is. */
  readonly url?: string | undefined;
}

/** Where dev and emulate listen unless they are told otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:8080';

/**
 * `taskrouter mcp`: the local TaskRouter for a program that speaks MCP over standard input and output. The emulator may
 * be started later, or again: each tool asks for it anew.
 *
 * @throws {UsageError} when the URL is none.
 */
export async function mcp({ url }: McpOptions, version: string): Promise<number> {
  const given = url?.trim() || process.env.TASKROUTER_BASE_URL?.trim() || DEFAULT_URL;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    const what = url?.trim() ? '--url' : 'TASKROUTER_BASE_URL';
    throw new UsageError(`${what} must be where the emulator is, such as ${DEFAULT_URL}.`);
  }
  const { origin } = new URL(given);
  // Standard output is the protocol's.
  console.error(`taskrouter mcp: the tools ask ${origin}`);
  await serveMcpOverStdio({ where: { url: origin }, version });
  return EXIT.ok;
}
