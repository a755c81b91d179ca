// The examples are test files of their own; they run here so that they cannot go out of date.
import '../../examples/contact-centre.test.js';
import '../../examples/emulator.test.js';
import '../../examples/escalation.test.js';
import '../../examples/official-client.test.js';
