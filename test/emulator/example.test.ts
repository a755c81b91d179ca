// The example is a test file of its own; it runs here so that it cannot go out of date.
import '../../examples/emulator.test.js';
