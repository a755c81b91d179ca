import Fastify from 'fastify';
import type { TaskRouter } from 'taskrouter-kit';

/** Mounts the router in Fastify. `basePath` of the router (default `/taskrouter`) is the path here too. */
export function buildServer(taskRouter: TaskRouter) {
  const fastify = Fastify();
  const answer = taskRouter.node();
  fastify.register(async (scope) => {
    // Leaves the body to the router, which checks its signature byte for byte. Other routes keep their own parsers.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/taskrouter/*', (request, reply) => {
      reply.hijack();
      answer(request.raw, reply.raw);
    });
  });
  fastify.addHook('onClose', async () => {
    await taskRouter.close();
  });
  return fastify;
}
