// What people write today: Express 5, its form parser, and the official package's middleware, which checks the
// signature and nothing else.
import { createServer } from 'node:http';
import express from 'express';
import twilio from 'twilio';
import { expressServerOptions } from '../../dist/index.js';
import { createTally, tellPort } from './tally.js';

const tally = createTally();
const { PUBLIC_URL, CALLBACK_PATH, TWILIO_AUTH_TOKEN, ANSWER } = process.env;
const answer = JSON.parse(ANSWER);
const { protocol, host } = new URL(PUBLIC_URL);
const app = express();
app.post(
  CALLBACK_PATH,
  express.urlencoded({ extended: false }),
  twilio.webhook(TWILIO_AUTH_TOKEN, { protocol: protocol.slice(0, -1), host }),
  (_request, response) => {
    tally.request();
    response.json(answer);
  },
);
const options = process.env.SERVER_OPTIONS ? expressServerOptions(app) : {};
const server = createServer(options, app).listen(0, '127.0.0.1', () => tellPort(server.address().port));
