import { accept, defer, defineAssignment, defineEvent, defineOtherwise } from 'taskrouter-kit';

/** Handlers that look at attributes of strangers in the ways that handlers do, and answer at once. */
export default [
  defineAssignment(
    { name: 'by skill', where: ({ task }) => Object.keys(task.attributes).length > 3 },
    ({ task }) =>
      Object.values(task.attributes).some((value) => typeof value === 'string' && value.length > 1_000)
        ? defer()
        : accept(),
  ),
  defineAssignment({ name: 'others' }, () => accept()),
  defineEvent('task.created', () => {}),
  defineOtherwise(defer()),
];
