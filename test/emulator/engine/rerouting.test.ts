import { describe, expect, test } from 'vitest';
import { World } from './world.js';

describe('routing again', () => {
  const byType = () => {
    const world = new World();
    const [a, b] = ['A', 'B'].map((name) => world.queue(name));
    const filters = [
      { expression: "type == 'a'", targets: [{ queue: a, timeout: 100 }] },
      { expression: '1==1', targets: [{ queue: b }] },
    ];
    return { world, a, b, filters, sid: world.workflow({ filters }) };
  };

  test('changed attributes that match another filter first route a pending task from the top', () => {
    const { world } = byType();
    const task = world.task();
    world.update(task, { attributes: '{"type":"a"}' });
    expect(world.queueOf(task)).toBe('A');
  });

  test('changed attributes that match the same filter leave the step and its clock alone', () => {
    const { world } = byType();
    const task = world.task({ type: 'a' });
    world.advance(60);
    world.update(task, { attributes: '{"type":"a","more":1}' });
    world.advance(40);
    expect(world.queueOf(task)).toBe('B');
  });

  test('attributes changed while reserved route the task when its reservation fails', () => {
    const { world } = byType();
    world.worker('Ann');
    const task = world.task();
    world.update(task, { attributes: '{"type":"a"}' });
    expect(world.queueOf(task)).toBe('B');
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Offline') });
    expect(world.queueOf(task)).toBe('A');
  });

  test('with rerouteOnAttributes off only the present step is tried again', () => {
    const world = new World({ rerouteOnAttributes: false });
    const [a, b] = ['A', 'B'].map((name) => world.queue(name));
    world.workflow({
      filters: [
        { expression: "type == 'a'", targets: [{ queue: a }] },
        { expression: '1==1', targets: [{ queue: b, expression: 'task.skill IN worker.skills' }] },
      ],
    });
    world.worker('Ann', { skills: ['fr'] });
    const task = world.task({ skill: 'de' });
    world.update(task, { attributes: '{"skill":"fr","type":"a"}' });
    expect([world.queueOf(task), world.holders(task)]).toEqual(['B', ['Ann']]);
  });

  test('a new configuration is for new tasks, unless waiting ones are to be evaluated again', () => {
    const { world, a, sid } = byType();
    const { workspaceSid } = world;
    const configuration = JSON.stringify({ task_routing: { default_filter: { queue: a } } });
    const before = world.task();
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid, configuration });
    expect([before, world.task()].map((task) => world.queueOf(task))).toEqual(['B', 'A']);
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid, reEvaluateTasks: true });
    expect(world.queueOf(before)).toBe('A');
  });

  test('a task keeps following the configuration it began with, through its timeouts', () => {
    const { world, b, sid } = byType();
    const task = world.task({ type: 'a' });
    const configuration = JSON.stringify({ task_routing: { default_filter: { queue: b } } });
    world.engine.dispatch('updateWorkflow', { workspaceSid: world.workspaceSid, sid, configuration });
    world.advance(100);
    expect([task.assignmentStatus, world.queueOf(task)]).toEqual(['pending', 'B']);
  });

  test('what a worker has on offer stays on offer when the worker leaves the queue; once rejected it goes elsewhere', () => {
    const world = new World();
    const { workspaceSid } = world;
    const sid = world.queue('A', { targetWorkers: 'level > 1' });
    world.workflow({ default_filter: { queue: sid } });
    const ann = world.worker('Ann', { level: 2 });
    const cy = world.worker('Cy', { level: 2 });
    const [first, second] = [world.task(), world.task()];
    world.engine.dispatch('updateWorker', { workspaceSid, sid: ann, attributes: '{"level":0}' });
    world.engine.dispatch('updateTaskQueue', { workspaceSid, sid, targetWorkers: 'level < 0' });
    const channel = { workspaceSid, workerSid: cy, sid: 'default', capacity: 0 };
    world.engine.dispatch('updateWorkerChannel', channel);
    expect([world.holders(first), world.holders(second)]).toEqual([['Ann'], ['Cy']]);
    world.answer(first, 'rejected');
    world.answer(second, 'accepted');
    expect([first.assignmentStatus, second.assignmentStatus]).toEqual(['pending', 'assigned']);
    world.worker('Ben', { level: -1 });
    expect(world.holders(first)).toEqual(['Ben']);
  });
});
