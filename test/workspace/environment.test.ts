import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRoutingTests } from 'taskrouter-kit/workspace';
import { expect, onTestFinished, test } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { simulate } from '../../src/workspace/simulate/index.js';
import { captured } from '../cli/output.js';

const DEFINITION = `
friendlyName: Support
environments:
  staging: { WAIT: 30s }
  production: { WAIT: 3m }
taskQueues: { Support: {}, Everyone: {} }
workflows:
  Calls:
    filters:
      - expression: "language == 'es'"
        targets: [{ queue: Support, timeout: "\${env.WAIT}" }, { queue: Everyone }]
`;

function folderWith(files: Record<string, string>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

test('routing tests, explanations and simulations take the values of an environment', async () => {
  const at = folderWith({
    'centre.yaml': DEFINITION,
    'calls.tests.yaml': `
config: centre.yaml
tests:
  - name: Moves on after a minute at most
    tasks: { call: { attributes: { language: es } } }
    expect: [{ task: call, at: 1m, in: Everyone }]
`,
    'plan.yaml': `
config: centre.yaml
seed: 1
replications: 1
period: { from: '08:00', to: '09:00' }
tasks:
  Spanish: { attributes: { language: es }, arrivals: [{ from: '08:00', every: 30m }], handling: 1m, patience: 2m }
staff: { Day: { schedule: [{ from: '08:00', count: 0 }] } }
`,
  });
  const passed = async (environment: string) =>
    (await runRoutingTests([at('calls.tests.yaml')], { environment })).passed;
  expect([await passed('staging'), await passed('production')]).toEqual([1, 0]);

  const explained = async (env: string) =>
    captured(() =>
      explain(undefined, { url: '', config: at('centre.yaml'), task: '{"language":"es"}', at: '1m', env }),
    );
  const explanations = [await explained('staging'), await explained('production')];
  expect(explanations.map(({ output }) => output.includes('waits at target 2'))).toEqual([true, false]);

  const { report } = await simulate(at('plan.yaml'), { environment: 'production' });
  expect(report.queues.Support?.abandoned).toBeGreaterThan(0);
});
