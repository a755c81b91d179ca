import type { NewTask } from '../emulator/index.js';

/**
 * How many reservations of one task come to nothing before it is canceled. Twilio goes on to the thousandth: a handler
 * that throws for each would fill the screen.
 */
export const MOST_RESERVATIONS = 5;

/** One task of each kind in the sample centre: what the shipped handlers decide about each is different. */
export function kindsOfTask(callSid: () => string): readonly (NewTask & { readonly label: string })[] {
  const call = () => ({ call_sid: callSid(), from: '+15005550009', to: '+15005550001' });
  return [
    { label: 'call', taskChannel: 'voice', attributes: { ...call(), language: 'en' } },
    { label: 'front desk', taskChannel: 'voice', attributes: { ...call(), department: 'front_desk' } },
    { label: 'chat', taskChannel: 'chat', attributes: { type: 'chat', language: 'fr' } },
    // Only Hugo speaks it, and he has no phone: the experts get it.
    { label: 'no phone', taskChannel: 'voice', attributes: { ...call(), language: 'nl' } },
    { label: 'ticket', taskChannel: 'ticket', attributes: { type: 'ticket' } },
  ];
}
