import { createServer } from 'node:http';
import { accept, conference, createTaskRouter, defer } from 'taskrouter-kit';

const { TWILIO_AUTH_TOKEN: authToken, PUBLIC_URL: publicUrl } = process.env;
const taskRouter = createTaskRouter({ authToken, publicUrl })
  .onAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept())
  .onAssignment({ where: ({ task }) => 'call_sid' in task.attributes }, conference({ from: '+15005550001' }))
  .otherwise(defer());

createServer(taskRouter.node()).listen(3000);
