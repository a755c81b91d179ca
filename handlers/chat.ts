import { accept, defineAssignment } from 'taskrouter-kit';
import { Chat } from './attributes.js';

/** A chat: taken for the worker at once; their screen opens it. There is no phone to ring. */
export default defineAssignment({ name: 'chat', task: Chat }, accept());
