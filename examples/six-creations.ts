/**
 * A workspace and everything a first task needs: the six creations of TaskRouter, in the order they depend on each other.
 *
 *   TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… npx tsx examples/six-creations.ts
 *
 * With TASKROUTER_BASE_URL it runs against another place than Twilio, such as a local emulator.
 */
import { createTaskRouterClient } from 'taskrouter-kit/rest';

const client = createTaskRouterClient();

// A workspace: the container of everything else. FIFO sets up default activities, a queue and a workflow.
const workspace = await client.workspaces.create({ friendlyName: 'Customer Support', template: 'FIFO' });
console.log(`workspace ${workspace.sid}`);

const support = client.workspace(workspace.sid);

// An activity: what a worker is doing. In this one nobody gets tasks.
const activity = await support.activities.create({ friendlyName: 'Coffee Break', available: false });
console.log(`activity ${activity.sid}`);

// A worker: somebody who takes tasks. The attributes are what expressions know.
const worker = await support.workers.create({
  friendlyName: 'Jamie',
  attributes: { phone: '+14155551234', languages: ['EN', 'ES'] },
});
console.log(`worker ${worker.sid}`);

// A task queue: which workers a task may go to. Activities may be written by name.
const sales = await support.taskQueues.create({
  friendlyName: 'Sales',
  targetWorkers: 'languages HAS "EN"',
  reservationActivitySid: 'Unavailable',
  assignmentActivitySid: 'Coffee Break',
});
console.log(`task queue ${sales.sid}`);

// A workflow: which tasks go to which queue, and whom TaskRouter asks what to do with a reservation.
const workflow = await support.workflows.create({
  friendlyName: 'Incoming Call Flow',
  assignmentCallbackUrl: 'https://example.com/callback',
  fallbackAssignmentCallbackUrl: 'https://example.com/callback2',
  configuration: {
    task_routing: {
      filters: [
        {
          filter_friendly_name: 'Gold Tickets',
          expression: "customer_value == 'Gold' AND type == 'ticket'",
          targets: [{ queue: sales.sid, priority: '2' }],
        },
      ],
      default_filter: { queue: sales.sid },
    },
  },
});
console.log(`workflow ${workflow.sid}`);

// A task. The key makes it safe to call again: whatever happens on the way, there is one task.
const task = await support.tasks.create(
  {
    workflowSid: 'Incoming Call Flow',
    attributes: { type: 'call', contact: '+15558675309', customer_value: 'gold', task_reason: 'support' },
  },
  { idempotencyKey: 'support_call_42ed11' },
);
console.log(`task ${task.sid}`);
