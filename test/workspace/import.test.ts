import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDefinition, loadDefinition } from 'taskrouter-kit/workspace';
import { afterAll, describe, expect, test } from 'vitest';
import { account } from './account.js';

const WQ = `WQ${'1'.repeat(32)}`;
const WS = `WS${'1'.repeat(32)}`;
const WA = `WA${'1'.repeat(32)}`;
const of = (value: unknown, options = {}) =>
  importDefinition(
    [{ name: 'calls.json', text: typeof value === 'string' ? value : JSON.stringify(value) }],
    options,
  );

/** One workspace in the two families of Terraform resources. */
const resource = (type: string, values: object, mode = 'managed') => ({ type, mode, values });
const FAMILIES = {
  'twilio/twilio': {
    workspace: 'twilio_taskrouter_workspaces_v1',
    activity: 'twilio_taskrouter_workspaces_activities_v1',
    queue: 'twilio_taskrouter_workspaces_task_queues_v1',
    worker: 'twilio_taskrouter_workspaces_workers_v1',
    channel: 'twilio_taskrouter_workspaces_task_channels_v1',
    workflow: 'twilio_taskrouter_workspaces_workflows_v1',
  },
  'the other provider': {
    workspace: 'twilio_taskrouter_workspace',
    activity: 'twilio_taskrouter_activity',
    queue: 'twilio_taskrouter_task_queue',
    worker: 'twilio_taskrouter_worker',
    channel: 'twilio_taskrouter_task_channel',
    workflow: 'twilio_taskrouter_workflow',
  },
};

describe('terraform show -json', () => {
  test.each(Object.entries(FAMILIES))('of %s', (_family, types) => {
    const state = {
      format_version: '1.0',
      values: {
        root_module: {
          resources: [
            resource(types.workspace, {
              sid: WS,
              friendly_name: 'Centre',
              multi_task_enabled: true,
              events_filter: 'task.created,task.updated',
            }),
            resource('twilio_phone_number', { sid: 'PN1' }),
          ],
          child_modules: [
            {
              resources: [
                resource(types.activity, {
                  id: `${WS}/${WA}`,
                  friendly_name: 'Lunch',
                  available: 'false',
                  workspace_sid: WS,
                }),
                resource(types.queue, {
                  id: `${WS}/${WQ}`,
                  friendly_name: 'Sales',
                  target_workers: "skills HAS 'sales'",
                  max_reserved_workers: '2',
                  assignment_activity_sid: WA,
                  workspace_sid: WS,
                }),
                resource(types.channel, {
                  sid: `TC${'1'.repeat(32)}`,
                  friendly_name: 'Letters',
                  unique_name: 'letters',
                  workspace_sid: WS,
                }),
                resource(types.worker, {
                  sid: `WK${'1'.repeat(32)}`,
                  friendly_name: 'Ann',
                  attributes: '{"skills":["sales"]}',
                  workspace_sid: WS,
                }),
                resource(types.workflow, {
                  sid: `WW${'1'.repeat(32)}`,
                  friendly_name: 'Calls',
                  workspace_sid: WS,
                  task_reservation_timeout: 30,
                  configuration: JSON.stringify({
                    task_routing: {
                      filters: [
                        {
                          filter_friendly_name: 'F',
                          expression: 'a==1',
                          targets: [{ queue: WQ, timeout: '20' }],
                        },
                      ],
                      default_filter: { queue: WQ },
                    },
                  }),
                }),
              ],
            },
          ],
        },
      },
    };
    expect(of(state)).toEqual({
      warnings: [],
      definition: {
        friendlyName: 'Centre',
        multiTaskEnabled: true,
        eventsFilter: ['task.created', 'task.updated'],
        activities: { Lunch: { available: false } },
        taskChannels: { letters: { friendlyName: 'Letters' } },
        taskQueues: {
          Sales: { targetWorkers: "skills HAS 'sales'", maxReservedWorkers: 2, assignmentActivity: 'Lunch' },
        },
        workers: { Ann: { attributes: { skills: ['sales'] } } },
        workflows: {
          Calls: {
            taskReservationTimeout: 30,
            filters: [{ name: 'F', expression: 'a == 1', targets: [{ queue: 'Sales', timeout: 20 }] }],
            defaultQueue: 'Sales',
          },
        },
      },
    });
  });
});

describe('a workflow configuration', () => {
  const TEMPLATE = `{ "task_routing": {
    "filters": [{ "expression": "helpline=='\${HELPLINE}'", "targets": [{ "queue": "\${QUEUE_SID_SUPPORT}", "priority": \${PRIORITY} }] }],
    "default_filter": { "queue": "${WQ}" } } }`;

  test('with placeholders and a mapping is named by its file', () => {
    const map = { QUEUE_SID_SUPPORT: 'Support', HELPLINE: 'ZA', PRIORITY: '5', [WQ]: 'Everyone' };
    const { definition, warnings } = of(TEMPLATE, { map });
    expect(definition).toEqual({
      taskQueues: { Support: {}, Everyone: {} },
      workflows: {
        calls: {
          filters: [{ expression: "helpline == 'ZA'", targets: [{ queue: 'Support', priority: 5 }] }],
          defaultQueue: 'Everyone',
        },
      },
    });
    expect(warnings).toEqual([
      expect.stringContaining('"Support" is not in the input'),
      expect.stringContaining('"Everyone"'),
    ]);
  });

  test('without a mapping keeps the names there are, and says what is missing', () => {
    const { definition, warnings } = of(TEMPLATE.replace('${PRIORITY}', '1'));
    expect(Object.keys(definition.taskQueues!)).toEqual(['QUEUE_SID_SUPPORT', WQ]);
    expect(warnings.join('\n')).toContain('${HELPLINE} has no meaning yet');
    expect(warnings.join('\n')).toContain('give it one with --map');
  });

  test('goes together with its queues from the REST API', () => {
    const sources = [
      {
        name: 'queues.json',
        text: JSON.stringify({ task_queues: [{ sid: WQ, friendly_name: 'Sales', target_workers: '1==1' }] }),
      },
      { name: 'flow.json', text: JSON.stringify({ task_routing: { default_filter: { queue: WQ } } }) },
    ];
    expect(importDefinition(sources)).toEqual({
      warnings: [],
      definition: { taskQueues: { Sales: {} }, workflows: { flow: { defaultQueue: 'Sales' } } },
    });
  });
});

test('warns of attributes that cannot be read', () => {
  const { definition, warnings } = of({
    workers: ['{bad', '[1]', '', null].map((attributes, n) => ({
      sid: `WK${String(n).repeat(32)}`,
      friendly_name: `W${n}`,
      attributes,
    })),
  });
  expect(Object.keys(definition.workers!)).toEqual(['W0', 'W1', 'W2', 'W3']);
  expect(warnings).toEqual([
    'The attributes of the worker "W0" are not a JSON object: they are left out.',
    'The attributes of the worker "W1" are not a JSON object: they are left out.',
  ]);
});

test.each([
  ['what is no JSON', '{', /calls\.json is not JSON/],
  [
    'what contains nothing from TaskRouter',
    { a: 1 },
    /contains nothing from TaskRouter\. Give the output of terraform/,
  ],
  [
    'several workspaces',
    [1, 2].map((n) => ({ sid: `WS${String(n).repeat(32)}`, friendly_name: `W${n}` })),
    /Choose a workspace with --workspace: "W1" \(WS1+\), "W2"/,
  ],
])('refuses %s', (_what, value, message) => {
  expect(() => of(value)).toThrow(message);
});

describe('a file that dev --config names', () => {
  const own = account();
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('may be any of them', async () => {
    const path = join(folder, 'calls.json');
    writeFileSync(path, JSON.stringify({ task_routing: { default_filter: { queue: WQ } } }));
    const { definition } = await loadDefinition(path);
    expect(Object.keys(own.emulator.seed(definition).workflows)).toEqual(['calls']);
  });
});
