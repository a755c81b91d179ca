import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type Ask, ToolError } from './call.js';
import { emulatorTools } from './emulator-tools.js';
import { taskTools } from './task-tools.js';
import type { Tool } from './tool.js';
import { workerTools } from './worker-tools.js';

export const tools: readonly Tool[] = [...taskTools, ...workerTools, ...emulatorTools];

const instructions =
  'A TaskRouter on this machine (taskrouter-kit), for development: nothing here touches Twilio. create_task makes a task, ' +
  'explain_task says why it is where it is, what_if tries changes without making them, list_deliveries shows the callbacks.';

/** A server with every tool. One serves one connection. */
export function createServer(ask: Ask, version: string): McpServer {
  const server = new McpServer({ name: 'taskrouter-kit', version }, { instructions });
  for (const tool of tools) {
    const { name, title, description, input, output, annotations } = tool;
    server.registerTool(
      name,
      { title, description, inputSchema: input, outputSchema: output, annotations },
      async (given: unknown) => answer(tool, ask, given),
    );
  }
  return server;
}

async function answer(tool: Tool, ask: Ask, given: unknown): Promise<CallToolResult> {
  try {
    const { structured, text } = await tool.run(ask, given);
    return {
      structuredContent: structured,
      content: [{ type: 'text', text: text ?? JSON.stringify(structured) }],
    };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const next = error.code === 'unreachable' || error.code === 'no-emulator' ? '' : ` ${tool.next}`;
    return { isError: true, content: [{ type: 'text', text: `${error.message}${next}` }] };
  }
}
