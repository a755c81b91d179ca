// Part of the build: the MCP tools with the official SDK.
import { bundleWithPackages } from './bundle-with-packages.js';

await bundleWithPackages('mcp', ['call.d.ts']);
