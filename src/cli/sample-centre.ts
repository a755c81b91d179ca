import type { WorkspaceDefinition } from '../workspace/index.js';

/** A worker with a phone, as `contact_uri` says, unless told otherwise. */
const worker = (languages: readonly string[], level: number, more: object = {}) => ({
  activity: 'Available',
  attributes: { languages, level, contact_uri: '+15005550006', ...more },
  channels: { voice: { capacity: 1 }, chat: { capacity: 3 }, ticket: { capacity: 2 } },
});

/**
 * A small contact centre: three queues, eight workers, voice, chat and tickets, one workflow that escalates. A workspace
 * file as `taskrouter dev --config` takes it, and what `dev` takes where there is none.
 */
export default {
  friendlyName: 'Contact centre',
  multiTaskEnabled: true,
  activities: { 'Wrap-up': { available: false } },
  timeoutActivity: 'Offline',
  taskChannels: { ticket: { friendlyName: 'Tickets' } },
  taskQueues: {
    'Front desk': { targetWorkers: 'front_desk == true' },
    Support: { targetWorkers: 'level >= 1' },
    Experts: { targetWorkers: 'level >= 2' },
  },
  workers: {
    Ada: worker(['en', 'fr'], 2),
    Ben: worker(['en'], 1),
    Chloe: worker(['fr'], 1),
    Dev: worker(['en', 'hi'], 1),
    Elena: worker(['en', 'es'], 2),
    Farid: worker(['en'], 0, { front_desk: true }),
    Grace: worker(['en', 'de'], 0, { front_desk: true }),
    // No phone: no call can be put through to Hugo.
    Hugo: worker(['nl'], 1, { contact_uri: undefined }),
  },
  workflows: {
    'Who helps': {
      taskReservationTimeout: '15s',
      filters: [
        { name: 'Front desk', expression: "department == 'front_desk'", targets: [{ queue: 'Front desk' }] },
        {
          name: 'By language',
          expression: 'language != null',
          targets: [
            { queue: 'Support', expression: 'worker.languages HAS task.language', timeout: '1s' },
            { queue: 'Experts', priority: 10 },
          ],
        },
      ],
      defaultQueue: 'Support',
    },
  },
} as const satisfies WorkspaceDefinition;
