import { defineWorkspace, env, expression } from 'taskrouter-kit/workspace';

const base = env('CALLBACK_BASE', 'https://hooks.example.com/taskrouter');
const call = expression`type == 'call'`;

export default defineWorkspace({
  friendlyName: 'Support',
  activities: { 'Wrap-up': { available: false } },
  taskQueues: {
    Support: { targetWorkers: expression`skills HAS 'support'` },
    Experts: { targetWorkers: expression`level >= 2` },
    Everyone: {},
  },
  workflows: {
    Calls: {
      assignmentCallbackUrl: `${base}/assignment`,
      taskReservationTimeout: '20s',
      filters: [
        {
          name: 'Spanish',
          expression: expression`${call} AND language == 'es'`,
          targets: [
            { queue: 'Support', timeout: '30s', orderBy: 'worker.level DESC' },
            { queue: 'Experts', priority: 10 },
          ],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
});
