// The router as a middleware of an Express 5 app, everything on, with the memory store.
import { createServer } from 'node:http';
import express from 'express';
import { conference, createTaskRouter, defer, expressServerOptions } from '../../dist/index.js';
import { createTally, tellPort } from './tally.js';

const tally = createTally();
const { PUBLIC_URL, TWILIO_AUTH_TOKEN } = process.env;
const taskRouter = createTaskRouter({ authToken: TWILIO_AUTH_TOKEN, publicUrl: PUBLIC_URL })
  .onAssignment(({ task, reservation }) => {
    tally.run(reservation.sid);
    return conference({
      from: task.attributes.called,
      conferenceRecord: 'record-from-start',
      endConferenceOnExit: true,
    });
  })
  .otherwise(defer())
  .onOutcome(tally.outcome);
const app = express();
app.use('/taskrouter', taskRouter.express());
await taskRouter.ready();
const options = process.env.SERVER_OPTIONS ? expressServerOptions(app) : {};
const server = createServer(options, app).listen(0, '127.0.0.1', () => tellPort(server.address().port));
