import { describe, expect, test } from 'vitest';
import { checkTwiml } from '../../../src/emulator/calls/twiml.js';
import { centre, TALKS } from './centre.js';

const answer = (body: string, contentType = 'text/xml; charset=utf-8', status = 200) =>
  checkTwiml({ status, contentType, body });
const RESERVATION = `WR${'0'.repeat(32)}`;
/** Entities that each stand for ten of the one before. */
const BOMB = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i || ''};`.repeat(10)}">`).join('')}]><Response><Say>&a20;</Say></Response>`;

describe('TwiML', () => {
  test.each([
    ['<?xml version="1.0" encoding="UTF-8"?>\n<Response/>'],
    ['\uFEFF<Response></Response>'],
    [
      '<!-- hello --><Response><Say voice="alice">A &amp; B &#233; <![CDATA[<&>]]></Say><Hangup/></Response>\n',
    ],
    [`<Response><Dial action='/a?b=1&amp;c=2' timeout = "5" ><Number>+1</Number></Dial></Response>`],
    ['<Response><Say><speak:emphasis>so</speak:emphasis></Say></Response>'],
  ])('is taken: %s', (body) => {
    expect(answer(body)).toEqual({});
  });

  test.each([
    ['', 12100, 'it is empty'],
    ['hello', 12100, 'does not begin with an element'],
    ['{"instruction":"accept"}', 12100, 'does not begin'],
    ['<Response>', 12100, '<Response> is not closed'],
    ['<Response><Say></Response>', 12100, 'closes nothing'],
    ['<Response/><Response/>', 12100, 'more than one root'],
    ['<Response/>tail', 12100, 'text follows'],
    ['<response/>', 12100, 'begins with <Response>'],
    ['<Response><Say>A & B</Say></Response>', 12100, 'write &amp;'],
    ['<Response><Play>&pwn;</Play></Response>', 12100, 'write &amp;'],
    ['<Response a="1" a="2"/>', 12100, 'twice'],
    ['<Response a=1/>', 12100, 'is not a tag'],
    ['<Response><Say <Play/></Response>', 12100, 'is not a tag'],
    ['<Response><!-- never ends', 12100, 'not closed'],
    ['<Response a="never ends>', 12100, 'a tag is not closed'],
    [' <?xml version="1.0"?><Response/>'.replace(' ', '<!-- x -->'), 12100, 'does not come first'],
    [BOMB, 12100, 'DOCTYPE'],
    ['<Response>'.repeat(60), 12100, 'nested more than 50 deep'],
    [`<Response>${' '.repeat(70_000)}</Response>`, 11750, 'larger than 64 KiB'],
  ])('is refused: %.60s', (body, code, message) => {
    expect(answer(body).problem).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test.each([
    ['text/xml', 404, 11200],
    ['application/json', 200, 12300],
    ['', 200, 12300],
  ])('is refused as %s with status %i', (type, status, code) => {
    expect(answer('<Response/>', type, status).problem?.code).toBe(code);
  });

  test('that is audio is played, and plain text is read out', () => {
    expect([answer('', 'audio/mpeg'), answer('Hello', 'text/plain')]).toEqual([{}, {}]);
  });

  test('with an unknown verb is a warning, with the near miss', () => {
    expect(answer('<Response><Hangeup/></Response>').problem).toEqual({
      code: 12200,
      level: 'warning',
      message: '<Hangeup> is not a TwiML verb; did you mean <Hangup>?',
    });
  });

  test('says which reservation it dials', () => {
    const body = `<Response><Say>Hi</Say><Dial record="true"><Queue reservationSid="${RESERVATION}"/></Dial></Response>`;
    expect(answer(body).dialedReservationSid).toBe(RESERVATION);
  });

  test.each([' ', '<', '&', '<a ', '"', '<![CDATA['])(
    'is judged in one walk, however hostile: %j',
    (piece) => {
      // With time that grew with the square of the length, or worse, this test would not end.
      expect(answer(`<Response ${piece.repeat(60_000 / piece.length)}`).problem?.code).toBe(12100);
    },
  );
});

describe('the TwiML of a call', () => {
  const call = (base: string) => ({ instruction: 'call', from: '+15005550001', url: `${base}/twiml` });

  test('is asked for when the worker answers; <Dial><Queue> connects the caller, and accepts', async () => {
    const { emulator, asked } = await centre(call, {
      phones: TALKS,
      reply: () => ({
        type: 'text/xml',
        text: `<Response><Dial><Queue reservationSid="${reservationOf()}"/></Dial></Response>`,
      }),
    });
    const reservationOf = () => [...[...emulator.workspaces.values()][0]!.reservations.keys()][0];
    const caller = emulator.enqueue();
    await emulator.quiet();
    expect(JSON.parse(emulator.task(caller.taskSid).attributes).worker_call_sid).toMatch(/^CA/);
    expect(asked()).toEqual([]);
    await emulator.advance('3s');
    expect(asked()).toMatchObject([
      {
        method: 'POST',
        route: '/twiml',
        params: { CallStatus: 'in-progress', Direction: 'outbound-api', To: 'client:ann' },
      },
    ]);
    expect(emulator.task(caller.taskSid).assignmentStatus).toBe('assigned');
    await emulator.advance('1m');
    expect(emulator.task(caller.taskSid).assignmentStatus).toBe('wrapping');
    expect(caller.status).toBe('completed');
  });

  test.each([
    ['is not XML', { type: 'text/xml', text: 'oops' }, 12100],
    ['is JSON', {}, 12300],
    ['cannot be had', { status: 404 }, 11200],
    ['is huge', { type: 'text/xml', text: `<Response>${'x'.repeat(5_000_000)}` }, 11750],
  ])('that %s ends the worker’s call, and the debugger says why', async (_what, reply, code) => {
    const { emulator } = await centre((base) => ({ ...call(base), accept: true }), {
      phones: TALKS,
      reply: () => reply,
    });
    const caller = emulator.enqueue();
    await emulator.advance('4s');
    expect(emulator.debugger().map((one) => one.code)).toEqual([code]);
    expect(emulator.calls().calls.filter(({ party }) => party === 'worker')).toEqual([]);
    expect(emulator.task(caller.taskSid).assignmentStatus).toBe('wrapping');
  });

  test('of a redirect is asked for the caller’s own call; without usable TwiML it ends', async () => {
    const { emulator, asked } = await centre(
      (base) => ({
        instruction: 'redirect',
        call_sid: emulatorCall(),
        url: `${base}/moved`,
        accept: true,
      }),
      {
        reply: ({ form }) =>
          form.From === '+15005550006' ? { type: 'text/xml', text: '<Response/>' } : { status: 500 },
      },
    );
    const emulatorCall = () => emulator.calls().calls.find(({ queued }) => queued)!.callSid;
    const good = emulator.enqueue({ call: { from: '+15005550006' } });
    await emulator.until(good.task).isAssigned();
    await emulator.quiet();
    expect(asked()).toMatchObject([{ route: '/moved', params: { CallSid: good.sid, Direction: 'inbound' } }]);
    expect(good.status).toBe('in-progress');
    good.hangUp();
    expect(emulator.task(good.taskSid).assignmentStatus).toBe('wrapping');
    await emulator.agent('Ann').complete();
    const bad = emulator.enqueue();
    await emulator.until(bad.task).isWrapping();
    expect(bad.status).toBe('completed');
  });
});
