import express from 'express';
import { createTaskRouter, defer, dequeue, reject } from 'taskrouter-kit';

const { WRAP_UP = '', OFFLINE = '', TWILIO_AUTH_TOKEN } = process.env;

export const taskRouter = createTaskRouter({
  authToken: TWILIO_AUTH_TOKEN,
  publicUrl: 'https://hooks.example.com',
  basePath: '',
})
  .onAssignment({ where: ({ worker }) => !worker.attributes.contact_uri }, reject({ activity: OFFLINE }))
  .onAssignment(
    { where: ({ task }) => 'call_sid' in task.attributes },
    dequeue({ postWorkActivity: WRAP_UP }),
  )
  .otherwise(defer());

export const app = express();
app.use(taskRouter.express());
