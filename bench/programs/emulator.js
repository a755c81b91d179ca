// The emulator, with a contact centre whose callbacks go to ENDPOINT. It tells the parent of each task that is accepted.
import { createEmulator } from '../../dist/emulator/index.js';

const emulator = await createEmulator({ authToken: process.env.TWILIO_AUTH_TOKEN });
const { workspaceSid } = emulator.seed({
  workers: Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`Worker ${index}`, { activity: 'Available' }]),
  ),
  taskQueues: { Everyone: {} },
  workflows: {
    Default: {
      defaultQueue: 'Everyone',
      assignmentCallbackUrl: `${process.env.ENDPOINT}/taskrouter/assignment`,
    },
  },
});
emulator.watch((news) => {
  if (news.kind === 'event' && news.type === 'reservation.accepted') {
    process.send({ accepted: news.data.TaskSid });
  }
});
process.send({ url: emulator.url, accountSid: emulator.accountSid, workspaceSid });
process.on('disconnect', () => process.exit());
