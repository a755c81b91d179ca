import { serveMcpOverStdio } from '../mcp/index.js';
import { EXIT } from './failure.js';
import { localUrl } from './local-url.js';

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
 * @throws {UsageError} when the URL is none, or one of Twilio.
 */
export async function mcp({ url }: McpOptions, version: string): Promise<number> {
  const given = url?.trim() || process.env.TASKROUTER_BASE_URL?.trim() || DEFAULT_URL;
  const { origin } = localUrl(given, url?.trim() ? '--url' : 'TASKROUTER_BASE_URL');
  // Standard output is the protocol's.
  console.error(`taskrouter mcp: the tools use ${origin}`);
  await serveMcpOverStdio({ where: { url: origin }, version });
  return EXIT.ok;
}
