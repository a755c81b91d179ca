import { createEmulator } from 'taskrouter-kit/emulator';
import { lintView, type WorkspaceDefinition } from 'taskrouter-kit/workspace';
import { expect, onTestFinished, test } from 'vitest';

async function findings(definition: WorkspaceDefinition) {
  const emulator = await createEmulator({ port: false });
  onTestFinished(() => emulator.close());
  const seeded = emulator.seed(definition);
  return { seeded, found: lintView(emulator.workspaces.get(seeded.workspaceSid)!) };
}

test('a workspace that runs is linted: each finding with what it is about, its place and the page of its rule', async () => {
  const { seeded, found } = await findings({
    workers: { Ada: { activity: 'Available', attributes: { level: '3' } } },
    taskQueues: { Experts: { targetWorkers: 'level > 2' }, Everyone: {} },
    workflows: {
      Help: {
        filters: [
          {
            expression: "type = 'hard'",
            targets: [{ queue: 'Experts' }, { queue: 'Everyone', timeout: 60 }],
          },
        ],
        defaultQueue: 'Everyone',
        assignmentCallbackUrl: 'https://example.com/assignment',
      },
    },
  } as WorkspaceDefinition);
  const { workflows, taskQueues } = seeded as unknown as Record<string, Record<string, string>>;
  const [workflow, queue] = [workflows!.Help, taskQueues!.Experts];
  const places = found.map(({ rule, workflow: flow, queue: of, place }) => [rule, flow ?? of, place]);
  expect(places).toEqual(
    expect.arrayContaining([
      ['single-equals', workflow, 'task_routing.filters[0].expression'],
      ['unreachable-target', workflow, 'task_routing.filters[0].targets[1]'],
      ['missing-fallback-url', workflow, 'assignmentCallbackUrl'],
      ['number-as-text', queue, 'targetWorkers'],
    ]),
  );
  expect(found.find(({ rule }) => rule === 'single-equals')).toMatchObject({
    severity: 'info',
    docs: expect.stringMatching(/docs\/workspace\.md#single-equals$/),
  });
});

test('queues in a configuration are known by their SIDs, and a good workspace has no finding', async () => {
  const { found } = await findings({
    workers: { Ada: { attributes: { level: 3 } } },
    taskQueues: { Experts: { targetWorkers: 'level > 2' } },
    workflows: { Help: { defaultQueue: 'Experts' } },
  });
  expect(found).toEqual([]);
});
