import { randomBytes } from 'node:crypto';
import type { Delivery } from '../../../src/emulator/delivery/log.js';

export const sid = (kind: string, id: number) => `${kind}${String(id).padStart(32, '0')}`;

/** A callback about the task of this number, as the emulator notes it. */
export function delivery(id: number, attributes: string): Delivery {
  const [taskSid, reservationSid] = [sid('WT', id), sid('WR', id)];
  return {
    kind: 'delivery',
    id,
    callback: 'assignment',
    via: 'primary',
    at: id,
    ms: 3,
    url: 'http://127.0.0.1:3000/taskrouter/assignment',
    workspaceSid: sid('WS', 1),
    eventType: 'reservation.created',
    taskSid,
    reservationSid,
    outcome: 'answered',
    status: 200,
    instruction: 'accept',
    token: randomBytes(16).toString('hex'),
    parameters: {
      AccountSid: sid('AC', 1),
      WorkspaceSid: sid('WS', 1),
      TaskSid: taskSid,
      ReservationSid: reservationSid,
      TaskAttributes: attributes,
      WorkerAttributes: '{"skills":["fr"]}',
    },
    answer: '{"instruction":"accept"}',
  };
}
