import * as v from 'valibot';

/** A call that `<Enqueue workflowSid>` turned into a task. `to` is the number that was called, one of yours. */
export const VoiceCall = v.object({
  call_sid: v.pipe(v.string(), v.regex(/^CA[0-9a-fA-F]{32}$/)),
  to: v.pipe(v.string(), v.nonEmpty()),
});

/** A call for the front desk: your IVR sets `department`. */
export const FrontDeskCall = v.object({ ...VoiceCall.entries, department: v.literal('front_desk') });

/** A chat: whatever creates your chat tasks sets `type`. */
export const Chat = v.object({ type: v.literal('chat') });
