import express from 'express';
import { accept, conference, createTaskRouter, defer } from 'taskrouter-kit';

const taskRouter = createTaskRouter({ authToken: process.env.TWILIO_AUTH_TOKEN })
  .onAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept())
  .onAssignment({ where: ({ task }) => 'call_sid' in task.attributes }, conference({ from: '+15005550001' }))
  .otherwise(defer());

express().use('/taskrouter', taskRouter.express()).listen(3000);
