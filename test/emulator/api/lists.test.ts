import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  at,
  authorization,
  emulator,
  get,
  names,
  post,
  send,
  useWorld,
  workers,
  workspaceSid,
} from './world.js';

useWorld();

describe('a page', () => {
  test('has URLs under the host that was called, filters included', async () => {
    const { port } = new URL(emulator.url);
    const body = await new Promise<string>((resolve, reject) => {
      const path = `${at('/Workers')}?PageSize=1&TargetWorkersExpression=level%20%3E%200`;
      const headers = { authorization: authorization(), host: 'taskrouter.example:81' };
      httpRequest({ host: '127.0.0.1', port, path, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      })
        .on('error', reject)
        .end();
    });
    const { meta, workers: shown } = JSON.parse(body);
    const next = new URL(meta.next_page_url);
    expect(next.host).toBe('taskrouter.example:81');
    expect(next.searchParams.get('TargetWorkersExpression')).toBe('level > 0');
    expect(next.searchParams.get('PageToken')).toMatch(new RegExp(`^PA${workers.Ann}`));
    expect(shown[0].url).toMatch(/^http:\/\/taskrouter\.example:81\/v1\/Workspaces\//);
  });

  test('goes on where it was when the item it stands on has gone', async () => {
    const first = await get(`${at('/Workers')}?PageSize=1`);
    const next = String((first.body.meta as Record<string, unknown>).next_page_url);
    await emulator.advance('1s');
    await post(at('/Workers'), { FriendlyName: 'Cid' });
    expect((await send('DELETE', at(`/Workers/${workers.Ann}`))).status).toBe(204);
    expect(names(await get(next), 'workers')).toEqual(['Bob']);
  });

  test('asked for by number is refused with 40153, and its first page is not', async () => {
    expect(await get(`${at('/Workers')}?Page=1`)).toMatchObject({ status: 400, body: { code: 40153 } });
    expect((await get(`${at('/Workers')}?Page=0&PageSize=50`)).status).toBe(200);
    expect((await get(`${at('/Workers')}?PageSize=1001`)).status).toBe(400);
    expect((await get(`${at('/Workers')}?PageToken=PA1`)).status).toBe(400);
  });
});

describe('a list', () => {
  test('of workers is filtered by activity, name, queue and expression', async () => {
    const by = async (query: string) => names(await get(`${at('/Workers')}?${query}`), 'workers');
    expect(await by('ActivityName=Available')).toEqual(['Ann']);
    expect(await by('Available=false')).toEqual(['Bob']);
    expect(await by('TaskQueueName=Two')).toEqual(['Bob']);
    expect(await by("TargetWorkersExpression=activity_name%20==%20'Offline'")).toEqual(['Bob']);
    expect((await get(`${at('/Workers')}?TargetWorkersExpression=skill-level%20>%203`)).body).toMatchObject({
      code: 20001,
    });
    await post(at(`/Workers/${workers.Bob}`), {
      ActivitySid: String((await get(at())).body.timeout_activity_sid),
    });
    expect(await by('Ordering=DateStatusChanged:desc')).toHaveLength(2);
    expect((await get(`${at('/Workers')}?Ordering=Shoes`)).status).toBe(400);
  });

  test('of workers, queues, workspaces, activities and workflows is filtered by their own fields', async () => {
    const by = async (key: string, path: string) => names(await get(path), key);
    await post(at('/Workflows'), {
      FriendlyName: 'Other',
      Configuration: String(
        ((await get(at('/Workflows'))).body.workflows as { configuration: string }[])[0]!.configuration,
      ),
    });
    expect(await by('workspaces', '/v1/Workspaces?FriendlyName=Nobody')).toEqual([]);
    expect(await by('workspaces', '/v1/Workspaces?FriendlyName=Workspace')).toEqual(['Workspace']);
    expect(await by('activities', at('/Activities?Available=true'))).toEqual(['Available']);
    expect(await by('activities', at('/Activities?Available=no'))).toEqual(['Offline', 'Unavailable']);
    expect(await by('activities', at('/Activities?FriendlyName=Offline'))).toEqual(['Offline']);
    expect(await by('workflows', at('/Workflows'))).toEqual(['W', 'Other']);
    expect(await by('workflows', at('/Workflows?FriendlyName=Other'))).toEqual(['Other']);
    expect(await by('task_queues', at('/TaskQueues?FriendlyName=Two'))).toEqual(['Two']);
    expect(await by('workers', at('/Workers?FriendlyName=Bob'))).toEqual(['Bob']);
    const [one, two] = [...emulator.workspaces.get(workspaceSid)!.taskQueues.keys()];
    expect(await by('workers', at(`/Workers?TaskQueueSid=${one}`))).toEqual(['Ann']);
    expect(await by('workers', at(`/Workers?TaskQueueSid=${one}&TaskQueueName=Two`))).toEqual([]);
    // Names of parameters are case-sensitive: this one nobody knows.
    expect(await by('workers', at(`/Workers?taskqueuesid=${two}`))).toEqual(['Ann', 'Bob']);
    await emulator.advance('1s');
    await post(at(`/TaskQueues/${one}`), { MaxReservedWorkers: '2' });
    expect(await by('task_queues', at('/TaskQueues?Ordering=DateUpdated:desc'))).toEqual(['One', 'Two']);
    expect(await by('task_queues', at('/TaskQueues?Ordering=DateUpdated:asc'))).toEqual(['Two', 'One']);
    const available = String(
      ((await get(at('/Activities?Available=true'))).body.activities as { sid: string }[])[0]!.sid,
    );
    await post(at(`/Workers/${workers.Bob}`), { ActivitySid: available });
    expect(await by('workers', at('/Workers?Ordering=DateStatusChanged:desc'))).toEqual(['Bob', 'Ann']);
    expect(await by('workers', at('/Workers?Ordering=DateStatusChanged:asc'))).toEqual(['Ann', 'Bob']);
    expect(await by('workers', at(`/Workers?ActivitySid=${available}&Available=1`))).toEqual(['Ann', 'Bob']);
  });

  test('of reservations is filtered by status, and under a task by worker', async () => {
    const [one] = emulator.workspaces.get(workspaceSid)!.taskQueues.values();
    const task = emulator.createTask({ routingTarget: one!.sid });
    const [reservation] = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(task.sid);
    await post(at(`/Tasks/${task.sid}/Reservations/${reservation!.sid}`), { ReservationStatus: 'rejected' });
    const by = async (path: string) =>
      ((await get(at(path))).body.reservations as { reservation_status: string }[]).map(
        ({ reservation_status }) => reservation_status,
      );
    for (const owner of [`/Tasks/${task.sid}`, `/Workers/${workers.Ann}`]) {
      expect(await by(`${owner}/Reservations`)).toEqual(['rejected', 'pending']);
      expect(await by(`${owner}/Reservations?ReservationStatus=Rejected`)).toEqual(['rejected']);
      expect((await get(at(`${owner}/Reservations?ReservationStatus=lost`))).status).toBe(400);
    }
    expect(await by(`/Tasks/${task.sid}/Reservations?WorkerSid=${workers.Ann}`)).toHaveLength(2);
    expect(await by(`/Tasks/${task.sid}/Reservations?WorkerSid=${workers.Bob}`)).toEqual([]);
    const channels = (await get(at(`/Workers/${workers.Ann}/Channels`))).body.channels as object[];
    expect(channels).toContainEqual(
      expect.objectContaining({ task_channel_unique_name: 'default', available_capacity_percentage: 0 }),
    );
  });

  test('of queues is filtered by the attributes a worker would have, numbers in strings included', async () => {
    const query = `EvaluateWorkerAttributes=${encodeURIComponent('{"level":"6"}')}`;
    expect(names(await get(`${at('/TaskQueues')}?${query}`), 'task_queues')).toEqual(['One']);
    expect(names(await get(`${at('/TaskQueues')}?WorkerSid=${workers.Bob}`), 'task_queues')).toEqual(['Two']);
  });

  test('of events is of the last 15 minutes, filtered; an event can be read for 30 days', async () => {
    const task = emulator.createTask();
    await emulator.advance('16m');
    const other = emulator.createTask({ taskChannel: 'voice' });
    const types = async (query: string) =>
      ((await get(`${at('/Events')}?${query}`)).body.events as { event_type: string }[]).map(
        ({ event_type }) => event_type,
      );
    const [view] = emulator.workspaces.values();
    const [workflow] = view!.workflows.values();
    const all = ['workflow.entered', 'task-queue.entered', 'task.created', 'workflow.target-matched'];
    expect(await types(`TaskSid=${other.sid}`)).toEqual(all);
    expect(await types(`TaskSid=${task.sid}`)).toEqual([]);
    expect(await types(`TaskSid=${task.sid}&Minutes=17`)).toEqual(all);
    expect(await types('EventType=task.created')).toEqual(['task.created']);
    expect(await types(`WorkflowSid=${workflow!.sid}`)).toEqual(all);
    expect(await types(`TaskQueueSid=${other.taskQueueSid}`)).toEqual(all);
    expect(await types('TaskChannel=voice')).toEqual(all);
    expect(await types('TaskChannel=sms')).toEqual([]);
    expect(await types(`WorkerSid=${workers.Ann}&Minutes=17`)).toEqual(['worker.created']);
    const [event] = (await get(`${at('/Events')}?EventType=task.created`)).body.events as { sid: string }[];
    expect(await types(`Sid=${event!.sid}`)).toEqual(['task.created']);
    expect((await get(at(`/Events/${event!.sid}`))).status).toBe(200);
    const old = new Date(emulator.now() - 31 * 86_400_000).toISOString();
    expect((await get(`${at('/Events')}?StartDate=${old}`)).status).toBe(400);
    await emulator.advance('31d');
    expect((await get(at(`/Events/${event!.sid}`))).status).toBe(404);
  });

  test('of tasks is filtered and ordered', async () => {
    const made = [1, 5, 3].map((priority) =>
      emulator.createTask({ priority, attributes: { kind: `k${priority}` } }),
    );
    const by = async (query: string) =>
      ((await get(`${at('/Tasks')}?${query}`)).body.tasks as { priority: number }[]).map(
        ({ priority }) => priority,
      );
    expect(await by('Ordering=Priority:desc')).toEqual([5, 3, 1]);
    expect(await by("EvaluateTaskAttributes=kind%20==%20'k5'")).toEqual([5]);
    expect(await by('AssignmentStatus=reserved,canceled')).toEqual([]);
    expect(await by('AssignmentStatus=pending&AssignmentStatus=canceled')).toEqual([1, 5, 3]);
    expect(await by('HasAddons=true')).toEqual([]);
    const { workflowSid, taskQueueSid } = made[0]!;
    for (const query of [
      `WorkflowSid=${workflowSid}`,
      `TaskQueueSid=${taskQueueSid}`,
      'WorkflowName=W',
      'TaskQueueName=Two',
    ])
      expect(await by(query)).toEqual([1, 5, 3]);
    expect(await by('TaskQueueName=One')).toEqual([]);
    expect(await by('WorkflowName=Other')).toEqual([]);
    expect(await by('Priority=3')).toEqual([3]);
    emulator.createTask({ priority: 9, routingTarget: taskQueueSid, virtualStartTime: 0 });
    expect(await by(`RoutingTarget=${taskQueueSid}`)).toEqual([9]);
    expect(await by('Ordering=VirtualStartTime:asc')).toEqual([9, 1, 5, 3]);
    expect(await by('Ordering=DateCreated:asc,Priority:desc')).toEqual([9, 5, 3, 1]);
    expect((await get(`${at('/Tasks')}?Ordering=DateCreated:asc,VirtualStartTime:asc`)).status).toBe(400);
    expect(made).toHaveLength(3);
  });
});
