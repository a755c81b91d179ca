// The endpoint as `taskrouter serve` runs it, configured by the environment; every reservation is accepted.
import { accept, defer, defineAssignment, defineOtherwise } from '../../dist/index.js';
import { readConfig } from '../../dist/server/config.js';
import { startEndpoint } from '../../dist/server/serve.js';
import { tellPort } from './tally.js';

const handlers = [defineAssignment(accept()), defineOtherwise(defer())];
const endpoint = await startEndpoint(readConfig(process.env), { handlers });
tellPort(new URL(endpoint.url).port);
process.on('disconnect', () => process.exit());
