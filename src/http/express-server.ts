import { IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import { ConfigurationError } from '../errors.js';

/** What Express lets an app change of all its requests and responses. */
interface ExpressApp {
  request: object;
  response: object;
}

/**
 * Options for `createServer` of `node:http` or `node:https`, with which an Express app costs about half the CPU time before
 * Node 24, whatever it does.
 *
 * Express changes the prototype of each request and response to `app.request` and `app.response`, and then adds properties to
 * them. V8 before Node 24 gives every object that is treated so a hidden class of its own. With these options requests and
 * responses are born with those prototypes, and there is nothing to change. `app.request` and `app.response` are replaced by
 * objects that inherit from the ones before: what was added to them stays, and more can be added. Requests that an app mounted
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
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  app.request = Request.prototype;
  app.response = Response.prototype;
  return { IncomingMessage: Request, ServerResponse: Response };
}
