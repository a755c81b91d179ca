/**
 * A time as Twilio writes it in what calls and conferences send: `Thu, 01 Jun 2017 20:48:32 +0000`.
 * @param time - in milliseconds since 1970.
 */
export const rfc2822 = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000');
