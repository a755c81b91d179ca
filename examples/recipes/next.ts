// app/taskrouter/[...path]/route.ts
import { after } from 'next/server';
import { accept, createTaskRouter, defer } from 'taskrouter-kit';

const taskRouter = createTaskRouter({
  authToken: process.env.TWILIO_AUTH_TOKEN,
  // Next sees its own host: pass the URL you gave Twilio.
  publicUrl: 'https://hooks.example.com',
})
  .onAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept())
  .otherwise(defer());

export const runtime = 'nodejs';
export const POST = taskRouter.fetch({ waitUntil: (work) => after(() => work) });
