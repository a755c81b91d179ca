import { Router } from 'express';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import type { ParticipantChange } from '../calls/conferences.js';
import { notFound } from '../engine/refusal.js';
import type { NewCall } from '../enqueue.js';
import type { CallAction, NewCallAnswer } from '../feed/types.js';
import type { Emulator } from '../interface.js';
import { respond } from './respond.js';

const CHANGES: Readonly<Record<CallAction['action'], ParticipantChange>> = {
  'hang up': {},
  hold: { hold: true },
  unhold: { hold: false },
  mute: { muted: true },
  unmute: { muted: false },
};

/** `/_emulator/calls`: simulated callers, for programs that are not in this process. */
export function callRoutes(
  emulator: Pick<Emulator, 'enqueue' | 'calls' | 'hangUp' | 'updateParticipant'>,
): Router {
  const router = Router();
  router.get('/', (_request, response) => respond(response, emulator.calls()));
  router.post('/', (request, response) => {
    if (!request.is('application/json')) {
      throw new ConfigurationError(
        'bad-call',
        'A call is sent as JSON: set the content type to application/json.',
      );
    }
    const { sid, task } = emulator.enqueue(request.body as NewCall);
    respond(response.status(201), { callSid: sid, task } satisfies NewCallAnswer);
  });
  router.post('/:sid', (request, response) => {
    const body = (request.body ?? {}) as CallAction;
    refuseUnknownKeys(body, ['action'], 'a call');
    const change = Object.hasOwn(CHANGES, body.action) ? CHANGES[body.action] : undefined;
    if (!change) {
      throw new ConfigurationError('bad-call', `A call needs an action: ${Object.keys(CHANGES).join(', ')}.`);
    }
    const { sid } = request.params;
    if (!emulator.calls().calls.some(({ callSid }) => callSid === sid)) throw notFound(`/Calls/${sid}`);
    if (body.action === 'hang up') emulator.hangUp(sid);
    else emulator.updateParticipant(sid, change);
    respond(response, emulator.calls());
  });
  return router;
}
