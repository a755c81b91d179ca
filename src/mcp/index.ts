/**
 * The local TaskRouter for programs that speak MCP: the same tools over streamable HTTP and over stdio. Each tool asks
 * the emulator's own routes. Once built, this folder is one file with the official SDK in it: see scripts/bundle-mcp.js.
 */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { askOver, type Where } from './call.js';
import { createServer } from './server.js';

export interface McpOptions {
  /** The emulator that is asked. */
  readonly where: Where;
  /** The package's own version. */
  readonly version: string;
}

/**
 * Answers one message over streamable HTTP, without sessions and without streams: any client can come back after the
 * emulator was started again.
 *
 * @param body - the parsed JSON of the request.
 */
export async function answerMcp(
  request: Request,
  body: unknown,
  { where, version }: McpOptions,
): Promise<Response> {
  const server = createServer(askOver(where), version);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}

/** Serves one client over standard input and output, until the input ends. */
export async function serveMcpOverStdio({ where, version }: McpOptions): Promise<void> {
  const server = createServer(askOver(where), version);
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}
