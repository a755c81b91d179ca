import { IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import { ConfigurationError } from '../errors.js';

/** What Express lets an app change of all its requests and responses. */
interface ExpressApp {
  request: object;
  response: object;
}

/**
 * Options for `createServer` of `node:http` or `node:https` that take away what Express itself costs most of before Node 24: small
 * requests took 0.4 to 0.6 of the CPU time on Node 20.
 *
 * Express changes the prototype of each request and response to `app.request` and `app.response`, and then adds properties to
 * them. V8 before Node 24 gives every object that is treated so a hidden class of its own. With these options requests and
 * responses are born with those prototypes, and there is nothing to change. `app.request` and `app.response` are replaced by
 * objects that have all of the ones before: what was added to them stays, and more can be added. Requests that an app mounted
 * in this one handles gain nothing.
 *
 * @throws {ConfigurationError} for anything that is not an Express app.
 * @example
 * const app = express();
 * app.use('/taskrouter', taskRouter.express());
 * createServer(expressServerOptions(app), app).listen(3000);
 */
export function expressServerOptions(
  app: ExpressApp,
): Pick<ServerOptions<typeof IncomingMessage, typeof ServerResponse>, 'IncomingMessage' | 'ServerResponse'> {
  if (typeof app?.request !== 'object' || typeof app.response !== 'object') {
    throw new ConfigurationError(
      'bad-option',
      'expressServerOptions: pass the Express app, such as expressServerOptions(express()).',
    );
  }
  class Request extends IncomingMessage {}
  class Response<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  app.request = takePlace(Request.prototype, app.request);
  app.response = takePlace(Response.prototype, app.response);
  return { IncomingMessage: Request, ServerResponse: Response };
}

/**
 * Puts `prototype` in the place of `before`. What is left of `before` inherits from it, because apps mounted until now inherit from
 * `before`; and `prototype` has all of it itself, because Express changes what it inherits from when the app is mounted.
 */
function takePlace<T extends object>(prototype: T, before: object): T {
  Object.setPrototypeOf(prototype, Object.getPrototypeOf(before));
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(before));
  for (const name of Reflect.ownKeys(before)) Reflect.deleteProperty(before, name);
  Reflect.setPrototypeOf(before, prototype);
  return prototype;
}
