/** Who calls whom; what is left out has a test number or an empty place. */
export interface Caller {
  /** E.164. Default: `+15005550009`. */
  readonly from?: string | undefined;
  /** The number that was dialled, E.164. Default: `+15005550001`. */
  readonly to?: string | undefined;
}

type Attributes = Readonly<Record<string, unknown>>;

/** Test numbers. */
const CUSTOMER = '+15005550009';
const CENTRE = '+15005550001';

/** Twilio looks these up by the number; it knows none of a test number. */
const PLACES = ['city', 'country', 'state', 'zip'];
const placesOf = (side: string): Attributes =>
  Object.fromEntries(PLACES.map((place) => [`${side}_${place}`, place === 'country' ? 'US' : '']));

/**
 * The attributes that `<Enqueue>` gives a task, beside those in its `<Task>`. Seen on tasks of real accounts:
 * twilio.com/docs/taskrouter/twiml-queue-calls promises `call_sid` and says that there are more.
 */
export function callAttributes({
  accountSid,
  callSid,
  from = CUSTOMER,
  to = CENTRE,
}: Caller & { readonly accountSid: string; readonly callSid: string }): Attributes {
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: callSid,
    called: to,
    ...placesOf('called'),
    caller: from,
    ...placesOf('caller'),
    direction: 'inbound',
    from,
    ...placesOf('from'),
    to,
    ...placesOf('to'),
  };
}

/** A kind of task, with the attributes that Twilio's own products give it. */
export type TaskPreset = 'call' | 'outbound call' | 'chat' | 'sms';

interface Made {
  readonly accountSid: string;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** Of a conversation that Flex routes; the names were seen in Flex projects. */
const conversation = ({ hex }: Made, channelType: 'web' | 'sms', customer: string): Attributes => ({
  channelType,
  conversationSid: `CH${hex()}`,
  conversations: { communication_channel: channelType === 'sms' ? 'Sms' : 'Web' },
  customerAddress: customer,
  customerName: customer,
  customers: {},
  direction: 'inbound',
  flexChannelInviteSid: `KG${hex()}`,
  flexInteractionChannelSid: `UO${hex()}`,
  flexInteractionSid: `KD${hex()}`,
  from: customer,
  initiatedBy: 'customer',
});

const PRESETS: Readonly<
  Record<TaskPreset, { readonly taskChannel: string; readonly attributes: (made: Made) => Attributes }>
> = {
  call: {
    taskChannel: 'voice',
    attributes: ({ accountSid, hex }) => callAttributes({ accountSid, callSid: `CA${hex()}` }),
  },
  // What the Worker SDK's createTask sends: twilio.com/docs/taskrouter/js-sdk-v1/worker.
  'outbound call': {
    taskChannel: 'voice',
    attributes: () => ({ direction: 'outbound', from: CENTRE, outbound_to: CUSTOMER }),
  },
  chat: {
    taskChannel: 'chat',
    attributes: (made) => conversation(made, 'web', `visitor-${made.hex().slice(0, 8)}`),
  },
  sms: { taskChannel: 'sms', attributes: (made) => conversation(made, 'sms', CUSTOMER) },
};

/** The names of all presets. */
export const TASK_PRESETS = Object.keys(PRESETS) as readonly TaskPreset[];

/**
 * The channel and the attributes of a task of this kind; its SIDs are new ones each time.
 * @example taskPreset('call', { accountSid, hex }).attributes.call_sid // 'CA…'
 */
export function taskPreset(
  name: TaskPreset,
  made: Made,
): { readonly taskChannel: string; readonly attributes: Attributes } {
  const { taskChannel, attributes } = PRESETS[name];
  return { taskChannel, attributes: attributes(made) };
}
