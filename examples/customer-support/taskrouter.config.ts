import { defineWorkspace, delay, env, expression } from 'taskrouter-kit/workspace';

const base = env('CALLBACK_BASE', 'https://example.com/taskrouter');
const ticket = expression`type == 'ticket'`;

export default defineWorkspace({
  friendlyName: 'Customer Support',
  activities: { 'Coffee Break': { available: false } },
  taskQueues: {
    Sales: {
      targetWorkers: expression`languages HAS 'EN'`,
      reservationActivity: 'Unavailable',
      assignmentActivity: 'Coffee Break',
    },
    Everyone: {},
  },
  workers: {
    Jamie: { attributes: { phone: '+14155551234', languages: ['EN', 'ES'], level: 2 } },
  },
  workflows: {
    'Incoming Call Flow': {
      assignmentCallbackUrl: `${base}/assignment`,
      fallbackAssignmentCallbackUrl: `${base}/assignment/fallback`,
      taskReservationTimeout: '30s',
      filters: [
        {
          name: 'Gold Tickets',
          expression: expression`${ticket} AND customer_value == 'gold'`,
          targets: [
            { queue: 'Sales', priority: 2, timeout: '30s', orderBy: 'worker.level DESC' },
            delay('1m'),
            { queue: 'Everyone', priority: 10 },
          ],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
});
