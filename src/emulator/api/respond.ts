import type { Response } from 'express';
import { visible } from '../visible.js';

/** JSON that a terminal shows as it is: names may hold what JSON leaves unescaped, such as U+009B. */
export function respond(response: Response, body: object): void {
  response.type('json').send(visible(JSON.stringify(body)));
}
